"""A control that holds a short text of the reader's own."""

from dataclasses import KW_ONLY, dataclass

import numpy as np


@dataclass(frozen=True)
class Typed:
    """A text that the reader types; its position is the text itself.

    The kernel receives `[capacity]`, int32: the place of each character among the symbols, then -1 where there is no
    more.  Characters that are not among the symbols are left out, and the reader is told.

    Parameters
    ----------
    start
        The text at first.
    symbols
        The characters that may be typed.
    capacity
        How many characters there may be.
    label
        What the reader sees; by default the setting's name.

    Raises
    ------
    ValueError
        If `start` is empty, longer than the capacity or has characters that may not be typed.

    Examples
    --------
    >>> Typed("bad", symbols="abcd", capacity=5).argument("cab")
    array([ 2,  0,  1, -1, -1], dtype=int32)
    """

    start: str
    _: KW_ONLY
    symbols: tuple | list | str
    capacity: int = 60
    label: str = ""
    unit = ""
    kind = "typed"

    def __post_init__(self):
        if not self.start or self.start != self.kept(self.start):
            raise ValueError(
                f"Typed: start must be 1 to {self.capacity} characters from the {len(self.symbols)} symbols, "
                f"got {self.start!r}."
            )

    @property
    def position(self) -> str:
        """The text at first."""
        return self.start

    def kept(self, text: str) -> str:
        """Return the part of a text that is taken."""
        return self._known(text)[: self.capacity]

    def complaint(self, text: str) -> str:
        """Return what the reader is told of a text that is not taken as it is; nothing if it is."""
        strange = dict.fromkeys(character for character in text if character not in self.symbols)
        listed, known = " ".join(f"“{character}”" for character in strange), self._known(text)
        said = {
            f"Left out, as not among the {len(self.symbols)} characters known here: {listed}.": strange,
            f"Only the first {self.capacity} characters are taken.": len(known) > self.capacity,
            "Type at least one character; until then the last text stays.": not known,
        }
        return " ".join(sentence for sentence, true in said.items() if true)

    def _known(self, text) -> str:
        return "".join(character for character in text if character in self.symbols)

    def value(self, position: str) -> str:
        """Return the text."""
        return position

    def text(self, position: str) -> str:
        """Return what the reader is told of it: the text, in quotation marks."""
        return f"“{position}”"

    def argument(self, position: str) -> np.ndarray:
        """Return what the kernel receives."""
        places = [list(self.symbols).index(character) for character in self.kept(position)]
        return np.array(places + [-1] * (self.capacity - len(places)), np.int32)

    def spec(self) -> dict:
        """Describe the control for the page."""
        return {"symbols": list(self.symbols), "capacity": self.capacity, "start": self.start}
