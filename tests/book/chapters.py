"""The chapters as the tests see them: the pages of the table of contents and the text on them."""

import re
from functools import cache
from pathlib import Path

import nbformat
from pybtex.database import Entry, parse_file

from book.contents import ROOT, docnames

__all__ = ["ROOT", "cells", "docnames", "every_cell", "file_of", "prose", "references", "words"]


def file_of(docname: str) -> Path:
    notebook = ROOT / f"{docname}.ipynb"
    return notebook if notebook.exists() else ROOT / f"{docname}.md"


def every_cell(file: Path) -> list:
    """Return the cells of a notebook; a Markdown page is one cell."""
    if file.suffix == ".md":
        return [nbformat.v4.new_markdown_cell(file.read_text(encoding="utf-8"))]
    return nbformat.read(file, as_version=4).cells


def cells(file: Path, kind: str) -> list:
    """Return the cells of a page that are of a kind, "markdown" or "code"."""
    return [cell for cell in every_cell(file) if cell.cell_type == kind]


def prose(file: Path) -> str:
    """Return the Markdown of a page."""
    return "\n\n".join(cell.source for cell in cells(file, "markdown"))


@cache
def references() -> dict[str, Entry]:
    """Return the works in the list of references, by key."""
    return dict(parse_file(str(ROOT / "chapters" / "references.bib")).entries)


NO_WORDS = re.compile(
    r"<!--.*?-->"  # comments
    r"|^\s*(`{3,}|:{3,})[^\n]*$"  # fences of directives
    r"|^\s*:[\w-]+:[^\n]*$"  # their options
    r"|\$\$.*?\$\$(\s*\([\w-]+\))?|\$[^$]+\$"  # formulas
    r"|\]\([^)]*\)|\{[\w:]+\}",  # addresses of links, names of roles
    re.DOTALL | re.MULTILINE,
)


def words(text: str) -> int:
    """Count what a reader reads: no formulas, comments, addresses or markup."""
    return len(re.findall(r"[^\W\d_][\w'’-]*", NO_WORDS.sub(" ", text)))
