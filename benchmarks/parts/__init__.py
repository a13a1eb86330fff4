"""What the benchmarks are made of: databases, Odoo processes, SMTP servers, tables."""
