"""Numbers in the prose of a page, and what on the page each is tied to.

A number is tied to a cell of its section that uses or prints it (one of three digits or more: to a cell of the page),
to a claim of the sources that the page settles, or to a work that its paragraph cites; a year to a work that the page
cites.  What a cell has glued into a sentence is no number of the prose.
"""

import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from book import claims
from tests.book.chapters import ROOT, cells, every_cell, prose, references

NUMBER = re.compile(r"(?<![\w.^_/])(?<![A-Za-z]-)(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w/]|[.]\d|[ -]bits?\b)")
PLACES = "equation|eq|figure|algorithm|section|chapter|table|exercise|lecture"
NO_NUMBERS = re.compile(
    r"<!--.*?-->"  # comments
    r"|^\s*(?:`{3,}|:{3,})[^\n]*$|^\s*:[\w-]+:[^\n]*$"  # fences of directives and their options
    r"|\]\([^)]*\)|\{(?!cite)[\w:]+\}`[^`]*`"  # addresses of links; roles
    rf"|\b(?:{PLACES})s?\.? \d+(?:(?:,| and| to|–| ?[a-c]\b)+ ?\d*)*"  # places in a document
    r"|^ *\d+\. |\bCC BY 4.0\b"  # marks of a list; a name
    r"|(?<!\})``?[^`]+``?",  # code
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
FORMULA = re.compile(r"\$\$.*?\$\$(?:\s*\([\w:.-]+\))?|\$[^$]+\$", re.DOTALL)
LOGIC = {"0", "1", "2"}  # the sum of probabilities, the labels of two classes, a square
WRITTEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")


HEADING = re.compile(r"(?:\([\w:-]+\)=\s+)?##? ")


class Quantity(NamedTuple):
    """A number of a sentence, without the commas of its thousands, and the words around it."""

    text: str
    around: str

    def is_tied_to(self, numbers: set[float]) -> bool:
        """Tell whether one of `numbers`, or a hundredth of it before a per cent sign, rounds to this one."""
        decimals = len(self.text.partition(".")[2])
        scales = (
            (1, 100) if re.search(re.escape(self.text) + r"\s*(%|per cent)", self.around.replace(",", "")) else (1,)
        )
        near = 0.5001 * 10.0**-decimals if decimals or len(scales) > 1 else 0
        return any(abs(scale * number - float(self.text)) <= near for number in numbers for scale in scales)


def quantities(markdown: str) -> list[Quantity]:
    """Return the numbers of a text that cites nothing; of formulas only those with a decimal point."""
    found = []
    for paragraph in re.split(r"\n\s*\n|\n(?=[|\-*] ?)", NO_NUMBERS.sub(" ", markdown)):
        if "{cite" in paragraph:
            continue
        for formula in FORMULA.findall(paragraph):
            found += [Quantity(n, formula) for n in re.findall(r"(?<![\w.])\d+\.\d+", formula.replace("{,}", ""))]
        prose = FORMULA.sub(" ", paragraph)
        for n in NUMBER.finditer(prose):
            found.append(Quantity(n.group().replace(",", ""), prose[max(0, n.start() - 50) : n.end() + 30]))
    return [quantity for quantity in found if quantity.text not in LOGIC]


def written(text: str) -> set[float]:
    """Return the numbers of an output, without their signs."""
    return {float(number.replace(",", "")) for number in WRITTEN.findall(text)}


def used(source: str) -> set[float]:
    """Return the numbers of a program."""
    lines = io.StringIO(re.sub(r"^%.*$", "", source, flags=re.MULTILINE))
    tokens = [token.string for token in tokenize.generate_tokens(lines.readline) if token.type == tokenize.NUMBER]
    return {float(token.replace("_", "")) for token in tokens}


def shown(cell) -> Iterator[str]:
    """Return the texts that a cell put out, glued ones too."""
    for output in cell.get("outputs", ()):
        yield from (text for form, text in output.get("data", {}).items() if form.endswith("text/plain"))
        yield output.get("text", "")


def in_cells(some: list) -> set[float]:
    """Return the numbers that code cells use or put out."""
    code = [cell for cell in some if cell.cell_type == "code"]
    return set().union(*(used(cell.source) for cell in code), *(written(text) for cell in code for text in shown(cell)))


def sections(page: Path) -> list[list]:
    """Return the cells of a page, those of each section apart."""
    parts = [[]]
    for cell in every_cell(page):
        if cell.cell_type == "markdown" and HEADING.match(cell.source):
            parts.append([])
        parts[-1].append(cell)
    return parts


@cache
def settled() -> dict[str, set[float]]:
    """Return the numbers in the claims that each page settles."""
    pages: dict[str, set[float]] = {}
    for claim in (claim for chapter in claims.CHAPTERS for claim in claims.load(chapter)):
        numbers = written(f"{claim.stated} {claim.correct} {claim.expects}")
        pages.setdefault(f"chapters/{claim.document}", set()).update(numbers)
    return pages


def loose(page: Path) -> list[Quantity]:
    """Return the numbers in the prose of a page that are tied to nothing."""
    cited = re.findall(r"\{cite[:\w]*\}`([^`]+)`", prose(page))
    known = {float(references()[key.strip()].fields["year"]) for keys in cited for key in keys.split(",")}
    known |= settled().get(page.relative_to(ROOT).with_suffix("").as_posix(), set())
    anywhere = known | in_cells(cells(page, "code"))
    found = []
    for section in sections(page):
        near = known | in_cells(section)
        for cell in (cell for cell in section if cell.cell_type == "markdown"):
            for quantity in quantities(cell.source):
                long = len(quantity.text.replace(".", "").lstrip("0")) >= 3
                if not quantity.is_tied_to(anywhere if long else near):
                    found.append(quantity)
    return found
