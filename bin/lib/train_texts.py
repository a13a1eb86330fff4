"""The texts that the reply analysis learns from, and the heads they teach."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# Everything that is imported from the add-on is what runs in it, too.
from tools.nlp import features, taxonomy

LANGUAGES = ("en", "de", "fr", "es")
# One text in this many is kept from training, to measure later versions on.
KEPT_BACK = 10

GROUPS = (
    "interested",
    "not_interested",
    "any_question",
    "meeting_request",
    "objection_timing",
    "any_wrong_person",
    "unsubscribe",
    "complaint",
)
FLAVOURS = (
    "pricing_request",
    "document_request",
    "information_request",
    "referral",
    "objection_budget",
    "objection_has_solution",
    "objection_other",
    "thanks",
)
MACHINES = ("out_of_office", "left_company", "auto_reply")
SENTIMENTS = tuple(f"sentiment_{name}" for name in taxonomy.SENTIMENTS)
HEADS = (*GROUPS, *FLAVOURS, "asks", "requests", *MACHINES, *SENTIMENTS)


@dataclass(slots=True)
class Text:
    """One text to learn from: what each head shall say, None where it is not known."""

    text: str
    language: str
    targets: dict[str, bool | None]
    sentiment: str | None
    weight: float
    features: features.Features
    is_reply: bool = True


def read_replies(folder: Path) -> list[dict]:
    """Return the labelled replies, in the order of the files.

    Those of ``mails.jsonl`` have ``groups`` of intents (:data:`taxonomy.GROUPS`) where
    the others have the intents themselves.
    """
    return [
        json.loads(line)
        for name in (*LANGUAGES, "mails")
        for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]


def is_kept_back(reply: dict) -> bool:
    """Return whether a reply is for measuring only; the same ones at every time."""
    digest = hashlib.sha256(reply["text"].encode()).digest()
    return "intents" in reply and digest[0] % KEPT_BACK == 0


_GROUP_OF = {
    **taxonomy.GROUP_OF,
    "any_question": "question",
    "any_wrong_person": "wrong_person",
}


def of_reply(reply: dict) -> Text:
    """Return a labelled reply as a text to learn from."""
    human = reply["kind"] == taxonomy.HUMAN
    targets: dict[str, bool | None] = dict.fromkeys(HEADS)
    if human and "groups" in reply:
        groups = set(reply["groups"])
        targets.update({head: _GROUP_OF[head] in groups for head in GROUPS})
        targets["asks"] = reply["question"]
    elif human:
        intents = set(reply["intents"])
        targets.update({name: name in intents for name in (*GROUPS, *FLAVOURS)})
        targets["any_question"] = bool(intents.intersection(taxonomy.QUESTIONS))
        targets["any_wrong_person"] = bool(intents & {"wrong_person", "referral"})
        targets["asks"] = reply["question"]
    targets.update({name: reply["kind"] == name for name in MACHINES})
    if reply["kind"] == taxonomy.CHALLENGE:
        targets["auto_reply"] = True
    return Text(
        reply["text"],
        reply["lang"],
        targets,
        reply["sentiment"] if human else None,
        1.0,
        features.read(reply["text"], reply["lang"]),
    )


def read_public(folder: Path) -> list[Text]:
    """Return the sentences of others, each with the one label it has."""
    found = []
    for name, head, key, weight in (
        ("parakweet", "requests", "action_request", 1.0),
        ("clinc", "meeting_request", "meeting", 0.2),
    ):
        for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            targets: dict[str, bool | None] = dict.fromkeys(HEADS)
            targets[head] = bool(row[key])
            read = features.read(row["text"], "en")
            found.append(
                Text(row["text"], "en", targets, None, weight, read, is_reply=False)
            )
    return found


def targets_of(texts: list[Text], head: str) -> tuple[np.ndarray, np.ndarray]:
    """Return which texts teach a head, and what."""
    known = np.array([text.targets[head] is not None for text in texts])
    values = np.array([bool(text.targets[head]) for text in texts])
    return known, values
