"""Text in characters of one width, each on the colour of its number."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from dlbook.explorers.record import Frame, Slot, slot
from dlbook.explorers.views.colours import MAPS, stops
from dlbook.explorers.views.text import number


@dataclass(frozen=True, eq=False)
class Characters:
    """A text, wrapped between words; a character may have a number, which colours it.

    Parameters
    ----------
    tokens
        Entry of the record `[t]`, or `[frames, t]`: the place of each character in `symbols`, or below 0 where there
        is none.
    symbols
        The characters.
    values
        Entry of the record `[t]`, or `[frames, t]`: the number of each character.
    limits
        What the ends of the colours stand for.
    colours
        Name of the colours, as in `Plane`.
    columns
        Characters in a line.
    title
        Words above.
    """

    tokens: Any
    _: KW_ONLY
    symbols: tuple | list | str
    values: Any = None
    limits: tuple = (-1, 1)
    colours: str = "diverging"
    columns: int = 40
    title: str = ""

    def __post_init__(self):
        if self.colours not in MAPS:
            raise ValueError(f"Characters: colours must be one of {', '.join(MAPS)}, got {self.colours!r}.")
        if not self.limits[0] < self.limits[1]:
            raise ValueError(f"Characters: limits must be a lower and a higher value, got {self.limits}.")
        if self.columns < 1:
            raise ValueError(f"Characters: columns must be at least 1, got {self.columns}.")
        if any(len(symbol) != 1 for symbol in self.symbols):
            raise ValueError("Characters: symbols must be single characters.")

    def slots(self) -> dict[str, Slot | None]:
        """Return the parts of the record that the text shows."""
        return {"tokens": slot(self.tokens, 1), "values": slot(self.values, 1)}

    def draw(self, ax, record: dict, frame: Frame | None = None):
        """Draw the text on `ax`."""
        text, values = self._text(record, frame), self._values(record, frame)
        size = min(9, 300 / self.columns)
        for character, (row, column), value in zip(text, wrapped(text, self.columns), values, strict=True):
            colour = self._colour(value)
            dark = np.dot(to_rgb(colour), (0.3, 0.6, 0.1)) < 0.5
            ax.add_patch(Rectangle((column, row), 1, 1, color=colour, linewidth=0))
            style = dict(ha="center", va="center", family="monospace", fontsize=size, clip_on=True)
            ax.text(column + 0.5, row + 0.5, character, color="white" if dark else "black", **style)
        ax.set(xlim=(0, self.columns), ylim=(max(lines(text, self.columns), 8), 0), title=self.title)
        ax.axis("off")

    def spec(self) -> dict:
        """Describe the text for the page."""
        return {
            "kind": "characters",
            "slots": {name: None if s is None else s.spec() for name, s in self.slots().items()},
            "symbols": list(self.symbols),
            "map": stops(self.colours),
            **{k: getattr(self, k) for k in ("limits", "columns")},
            "title": self.title or self.slots()["tokens"].key.replace("_", " "),
        }

    def numbers(self, record: dict, frame: Frame | None = None) -> list[tuple[str, list[str]]]:
        """Return the rows of the table of numbers: the text, and where its number is lowest and highest."""
        text, values = self._text(record, frame), self._values(record, frame)
        said = [("text", ["".join(text)])]
        known = np.flatnonzero(np.isfinite(values))
        if not len(known):
            return said
        at = {"lowest": known[values[known].argmin()], "highest": known[values[known].argmax()]}
        return said + [(name, [number(values[i]), f"character {i + 1}, “{text[i]}”"]) for name, i in at.items()]

    def _text(self, record, frame) -> list[str]:
        tokens = np.round(self.slots()["tokens"].read(record, frame)).astype(int)
        return [self.symbols[token] if token >= 0 else " " for token in tokens[: _end(tokens)]]

    def _values(self, record, frame) -> np.ndarray:
        n, part = len(self._text(record, frame)), self.slots()["values"]
        return part.read(record, frame).astype(float)[:n] if part else np.full(n, np.nan)

    def _colour(self, value: float):
        low, high = self.limits
        return MAPS[self.colours]((value - low) / (high - low)) if np.isfinite(value) else "white"


def wrapped(text, columns: int) -> list[tuple[int, int]]:
    """Return row and column of each character; a word that does not fit into the rest of a line begins the next.

    Examples
    --------
    >>> wrapped("to be", 4)
    [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]
    """
    places, row, column = [], 0, 0
    for word in "".join(text).split(" "):
        if column + len(word) > columns:
            row, column = row + bool(column), 0
        for _ in word:
            if column == columns:
                row, column = row + 1, 0
            places.append((row, column))
            column += 1
        places.append((row, column))  # of the space behind, which may hang over the end of the line
        column += 1
    return places[:-1]


def lines(text, columns: int) -> int:
    """Return how many lines the text takes."""
    return 1 + max((row for row, _ in wrapped(text, columns)), default=0)


def _end(tokens) -> int:
    """The place after the last character."""
    return int(np.flatnonzero(tokens >= 0).max(initial=-1)) + 1
