"""Sending: adapters to the systems that take mail over; one file each."""
