"""The table of contents: the pages of the book in reading order."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def docnames(toc: Path = ROOT / "_toc.yml") -> list[str]:
    """Return the names of all pages, such as "chapters/mlp/neuron"."""

    def walk(entry):
        if "file" in entry:
            yield entry["file"]
        for group in ("parts", "chapters", "sections"):
            for child in entry.get(group, []):
                yield from walk(child)

    contents = yaml.safe_load(toc.read_text(encoding="utf-8"))
    return [contents["root"], *walk(contents)]
