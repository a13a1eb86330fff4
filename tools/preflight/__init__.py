"""Checking: what could be wrong with a mail, before anybody has it.

Each module looks at one side of a mail, in small functions that take values and yield
:class:`~.finding.Finding`. What a finding means for people is said elsewhere.
"""
