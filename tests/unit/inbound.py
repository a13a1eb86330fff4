"""The samples of inbound mail, as a mail server hands them over."""

import json
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "samples"
TAG = "0123456789abcdef" * 3
RETURN_PATH = f"bounce+{TAG}@desk.example"
MESSAGE_ID = "<4711@desk.example>"
UNSUBSCRIBE = "fedcba9876543210" * 3
EXPECTED = json.loads((SAMPLES / "inbound" / "manifest.json").read_text())


def sample(name: str) -> bytes:
    """Return a sample that is about our mail with the ids above."""
    data = (SAMPLES / f"{name}.eml").read_bytes()
    for mark, value in (
        ("%RETURN_PATH_IN_CAPITALS%", RETURN_PATH.upper()),
        ("%RETURN_PATH%", RETURN_PATH),
        ("%MESSAGE_ID%", MESSAGE_ID),
        ("%UNSUBSCRIBE%", UNSUBSCRIBE),
    ):
        data = data.replace(mark.encode(), value.encode())
    return data
