"""What the commands in bin/ share. Standard library only, Python 3.10 or newer."""
