"""Tracking: what inbound mail is: a bounce, a complaint, a machine's answer …"""
