"""A matrix as coloured cells, with or without the number of each."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb

from dlbook.explorers.record import Frame, Slot, slot
from dlbook.explorers.views.colours import MAPS, stops
from dlbook.explorers.views.text import number


@dataclass(frozen=True, eq=False)
class Matrix:
    """Rows and columns of numbers, coloured by size.

    Parameters
    ----------
    values
        Entry of the record `[r, c]`, or `[frames, r, c]`.
    rows, columns
        A word for each row and column; by default their numbers, of which about a dozen are shown.
    limits
        What the ends of the colours stand for.
    colours
        Name of the colours, as in `Plane`.
    digits
        Digits after the point in the printed numbers; None prints none, for matrices too large to read.
    xlabel, ylabel, title
        Words on the axes and above.
    """

    values: Any
    _: KW_ONLY
    rows: list | tuple | None = None
    columns: list | tuple | None = None
    limits: tuple = (-1, 1)
    colours: str = "diverging"
    digits: int | None = 2
    xlabel: str = ""
    ylabel: str = ""
    title: str = ""

    def __post_init__(self):
        if self.colours not in MAPS:
            raise ValueError(f"Matrix: colours must be one of {', '.join(MAPS)}, got {self.colours!r}.")
        if not self.limits[0] < self.limits[1]:
            raise ValueError(f"Matrix: limits must be a lower and a higher value, got {self.limits}.")

    def slots(self) -> dict[str, Slot | None]:
        """Return the part of the record that the cells show."""
        return {"values": slot(self.values, 2)}

    def draw(self, ax, record: dict, frame: Frame | None = None):
        """Draw the cells on `ax`."""
        values = self.slots()["values"].read(record, frame).astype(float)
        image = ax.imshow(values, cmap=MAPS[self.colours], vmin=self.limits[0], vmax=self.limits[1], aspect="auto")
        for (r, c), value in np.ndenumerate(values) if self.digits is not None else ():
            dark = np.dot(to_rgb(image.to_rgba(value)), (0.3, 0.6, 0.1)) < 0.5
            ax.text(
                c, r, self._text(value), ha="center", va="center", fontsize="small", color="white" if dark else "black"
            )
        rows, columns = self._words(values.shape)
        ax.set_xticks(*self._ticks(columns, self.columns))
        ax.set_yticks(*self._ticks(rows, self.rows))
        ax.set(xlabel=self.xlabel, ylabel=self.ylabel, title=self.title)
        ax.grid(False)

    def spec(self) -> dict:
        """Describe the cells for the page."""
        listed = lambda words: None if words is None else list(map(str, words))  # noqa: E731
        return {
            "kind": "matrix",
            "slots": {"values": self.slots()["values"].spec()},
            "rows": listed(self.rows),
            "columns": listed(self.columns),
            "map": stops(self.colours),
            **{k: getattr(self, k) for k in ("limits", "digits", "xlabel", "ylabel")},
            "title": self.title or self.slots()["values"].key.replace("_", " "),
        }

    def numbers(self, record: dict, frame: Frame | None = None) -> list[tuple[str, list[str]]]:
        """Return the rows of the table of numbers: the matrix itself, up to ten rows and columns."""
        values = self.slots()["values"].read(record, frame)[:10, :10]
        rows, _ = self._words(values.shape)
        return [(name, [number(value) for value in row]) for name, row in zip(rows, values, strict=False)]

    def _words(self, shape):
        return [
            list(map(str, range(1, n + 1) if words is None else words))
            for words, n in zip((self.rows, self.columns), shape, strict=True)
        ]

    def _ticks(self, words, given) -> tuple[range, list[str]]:
        """Places and words of the ticks: all that were given, of plain numbers about a dozen."""
        step = 1 if given is not None else -(-len(words) // 12)
        return range(0, len(words), step), words[::step]

    def _text(self, value: float) -> str:
        if not np.isfinite(value):
            return number(value)
        return f"{round(float(value), self.digits) + 0.0:.{self.digits}f}"  # + 0.0 makes -0 a plain 0
