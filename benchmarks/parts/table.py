"""Results: on the screen, as Markdown and as JSON."""

import json
from collections.abc import Sequence
from pathlib import Path


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table whose columns stand straight on a screen too."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        padded = [first[0].ljust(first[1])]
        padded += [cell.rjust(width) for cell, width in others]
        return f"| {' | '.join(padded)} |"

    marks = ["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]
    return "\n".join([line(header), line(marks), *map(line, rows)])


def write_result(folder: Path, name: str, facts: dict, text: str, data: object) -> Path:
    """Write a result with the facts about the machine; return the readable file."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{name}-{facts['date'][:10]}"
    result = {"facts": facts, "results": data}
    path = folder / f"{stem}.json"
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    lines = [f"- {key}: {value}" for key, value in facts.items()]
    readable = path.with_suffix(".md")
    readable.write_text("\n".join([f"# bin/bench {name}", "", *lines, "", text, ""]))
    return readable
