"""The sentence below a figure, as a template that the kernel and the page fill alike.

A field in braces is

======================== ======================================================================
`{rate}`                 a setting, as the reader sees it
`{loss:.3g}`             a number of the record, with a format
`{errors[0]:.2f}`        one number of an array; negative places count from the end
`{solved:not yet|done}`  the word at that place, for a whole number or a truth value
======================== ======================================================================

A format is an optional `+`, the digits, and `f` (digits after the point), `g` (significant digits), `e`, `%` or `d`.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import numpy as np

FIELD = re.compile(r"\{(\w+)((?:\[-?\d+\])*)(?::([^{}]*))?\}")
FORMAT = re.compile(r"(\+?)(?:\.(\d+))?([fge%d])")
PLAIN = ".4g"
HUGE = 1e21  # from here on, all formats write a power of ten


class Field(NamedTuple):
    """A place in the sentence: which number of which entry, and how it is written."""

    name: str
    indices: tuple[int, ...]
    format: str


class Sentence:
    """A template, taken apart.

    Parameters
    ----------
    template
        The sentence with its fields.

    Raises
    ------
    ValueError
        If a brace belongs to no field, or a format is unknown.

    Examples
    --------
    >>> sentence = Sentence("At rate {rate} the loss is {loss[-1]:.2f}, {fell:not lower|lower}.")
    >>> sentence.fill({"rate": "0.3"}, {"loss": np.array([1.0, 0.25]), "fell": True})
    'At rate 0.3 the loss is 0.25, lower.'
    """

    def __init__(self, template: str):
        self.parts = _parts(" ".join(template.split()))

    @property
    def fields(self) -> list[Field]:
        """The fields in their order."""
        return [part for part in self.parts if isinstance(part, Field)]

    def fill(self, settings: dict[str, str], record: dict) -> str:
        """Return the sentence for these settings, as words, and this record."""
        return "".join(part if isinstance(part, str) else _value(part, settings, record) for part in self.parts)

    def spec(self) -> list:
        """Describe the sentence for the page."""
        return [part if isinstance(part, str) else list(part) for part in self.parts]

    def check(self, settings, shapes: dict[str, tuple[int, ...]]):
        """Refuse fields that are neither settings nor single numbers of the record.

        Raises
        ------
        ValueError
            If a field names nothing known, or does not lead to one number.
        """
        for name, indices, form in self.fields:
            if name in settings and not indices and not form:
                continue
            if name not in shapes:
                known = ", ".join([*settings, *shapes])
                raise ValueError(f"describe: {{{name}}} is neither a setting nor an entry of the record: {known}.")
            shape = shapes[name]
            if len(indices) != len(shape) or any(not -n <= i < n for i, n in zip(indices, shape, strict=True)):
                raise ValueError(f"describe: {name} has the shape {shape}, {list(indices)} is no number of it.")


def _parts(template: str) -> list:
    parts, at = [], 0
    for match in FIELD.finditer(template):
        parts += [template[at : match.start()], _field(match)]
        at = match.end()
    parts.append(template[at:])
    for text in parts[::2]:
        if "{" in text or "}" in text:
            raise ValueError(f"describe: a brace that belongs to no field in {text.strip()!r}.")
    return [part for part in parts if part != ""]


def _field(match: re.Match) -> Field:
    name, places, form = match.groups(default="")
    if form and "|" not in form and not FORMAT.fullmatch(form):
        raise ValueError(f"describe: unknown format {form!r} of {name}; known are, say, .3g, +.2f, .1e, .0% and d.")
    return Field(name, tuple(map(int, re.findall(r"-?\d+", places))), form)


def _value(field: Field, settings: dict[str, str], record: dict) -> str:
    if field.name in settings and not field.format:
        return settings[field.name]
    value = float(np.asarray(record[field.name])[field.indices])
    if not np.isfinite(value):
        return "not a number" if np.isnan(value) else "infinite" if value > 0 else "minus infinite"
    if "|" in field.format:
        words = field.format.split("|")
        return words[min(max(int(value), 0), len(words) - 1)]
    return written(value, field.format or PLAIN)


def written(value: float, form: str) -> str:
    """Return a finite number in a format, as the page's runtime writes it: halves are rounded away from zero.

    Examples
    --------
    >>> [written(0.125, form) for form in (".2f", "+.1f", ".2g", ".1e", ".0%", "d")]
    ['0.13', '+0.1', '0.13', '1.3e-1', '13%', '0']
    """
    plus, digits, kind = FORMAT.fullmatch(form).groups(default="")
    digits = int(digits) if digits else {"d": 0}.get(kind, 6)
    if abs(value) >= HUGE:
        kind, digits = "g", 6
    text = WRITERS[kind](Decimal(100 * value if kind == "%" else value), digits)
    text = text.lstrip("-") if not text.strip("-0.%") else text  # no minus zero
    return f"+{text}" if plus and not text.startswith("-") else text


def _fixed(value: Decimal, digits: int) -> str:
    return format(value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP), "f")


def _exponential(value: Decimal, digits: int) -> str:
    rounded = _significant(value, digits + 1)
    mantissa = rounded.scaleb(-rounded.adjusted())
    return f"{_fixed(mantissa, digits)}e{rounded.adjusted():+d}"


def _general(value: Decimal, digits: int) -> str:
    rounded = _significant(value, max(digits, 1))
    if rounded and not -5 < rounded.adjusted() < 21:
        return re.sub(r"\.?0*e", "e", _exponential(rounded, max(digits, 1) - 1))
    return re.sub(r"(\.\d*?)0+$|\.$", r"\1", format(rounded, "f")).rstrip(".")


def _significant(value: Decimal, digits: int) -> Decimal:
    if not value:
        return Decimal(0)
    return value.quantize(Decimal(1).scaleb(value.adjusted() - digits + 1), ROUND_HALF_UP)


WRITERS = {
    "f": _fixed,
    "d": _fixed,
    "e": _exponential,
    "g": _general,
    "%": lambda value, digits: f"{_fixed(value, digits)}%",
}
