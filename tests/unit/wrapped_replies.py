"""Mails with what is theirs, for tests: tests/samples/replies/*.txt.

A file holds replies as mail programs wrap them, one after another::

    %% reply name
    the text body
    %% html
    the HTML body
    %% original
    the body of the mail that is answered
    %% clean
    the author's own words
"""

from dataclasses import dataclass
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "samples" / "replies"


@dataclass
class Sample:
    """One reply and what its author wrote."""

    name: str
    text: str = ""
    html: str = ""
    original: str = ""
    clean: str = ""


def wrapped() -> list[Sample]:
    """Return all replies."""
    samples: list[Sample] = []
    for path in sorted(SAMPLES.glob("*.txt")):
        part, lines = "text", []
        for line in [*path.read_text(encoding="utf-8").split("\n"), "%% end"]:
            if not line.startswith("%% "):
                lines.append(line)
                continue
            if samples and lines:
                setattr(samples[-1], part, "\n".join(lines).strip("\n"))
            word, _, name = line[3:].partition(" ")
            if word == "reply":
                samples.append(Sample(name))
            part, lines = "text" if word == "reply" else word, []
    return samples
