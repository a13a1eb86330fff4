"""The mail that every benchmark sends."""

from pathlib import Path

BODY = (Path(__file__).parents[1] / "data" / "newsletter.html").read_text()
