"""Response: what the analysis says, as values of our records."""

# Of a sentence; what is longer is no sentence.
_LONGEST_SENTENCE = 1000
# The axes by their names in the analysis.
_AXES = {"intents": "intent", "topics": "topic"}


def label_values(axes, topics):
    """Return by axis the labels' values.

    :param axes: what :func:`tools.nlp.analyze` says.
    :param topics: the codes of the topics that are in use.
    """
    found = {
        "kind": [_values("kind", axes["kind"])],
        "sentiment": [_values("sentiment", axes["sentiment"])],
    }
    for name, axis in _AXES.items():
        found[axis] = [
            _values(axis, label)
            for label in axes[name]
            if axis != "topic" or label["name"] in topics
        ]
    if axes["kind"]["name"] != "human":  # machines feel nothing
        found["sentiment"] = []
    return found


def _values(axis, label):
    return {
        "axis": axis,
        "code": label["name"],
        "confidence": label["confidence"],
        "evidence": label["evidence"],
        "source": "analysis",
    }


def ask_values(rows):
    """Return the values of questions and requests."""
    return [
        {
            "kind": row["kind"],
            "sentence": row["text"][:_LONGEST_SENTENCE],
            "start": row["start"],
        }
        for row in rows
    ]
