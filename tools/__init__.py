"""Plain Python without Odoo: values in, values out.

Everything here can be imported with only the repository root on ``sys.path``.
"""
