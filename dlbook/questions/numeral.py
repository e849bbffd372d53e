"""Numbers as readers type them; the page's script (`read` in `question.js`) reads them alike."""

import math
import re

SPACES = " \t\u00a0\u2009\u202f"
WHOLE = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)"
DECIMAL = rf"(?:{WHOLE}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
NUMERAL = re.compile(rf"([+-]?{DECIMAL})(?: ?/ ?({DECIMAL}))?")


def read(text: str, unit: str = "") -> float | None:
    """Return the number that a text stands for, or None if it stands for none.

    A text is a decimal, with or without commas between thousands and a power of ten, or a fraction of two of them.
    The `unit` may follow.

    Examples
    --------
    >>> [read(text) for text in ("1,234.5", "−2", ".25", "1e-3", "-3/8", "0,25", "two")]
    [1234.5, -2.0, 0.25, 0.001, -0.375, None, None]
    >>> read("25 %"), read("25 %", unit="%")
    (None, 25.0)
    """
    numeral = text.strip(SPACES).removesuffix(unit).rstrip(SPACES).replace("\u2212", "-")
    if not (match := NUMERAL.fullmatch(numeral)):
        return None
    above, below = (float(part.replace(",", "")) for part in match.groups(default="1"))
    value = above / below if below else math.nan
    return value if math.isfinite(value) else None
