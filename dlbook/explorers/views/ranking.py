"""A list of words with their numbers, as bars that lie."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from dlbook.explorers.record import Frame, Slot, slot
from dlbook.explorers.views.text import number
from dlbook.viz.style import COLOURS


@dataclass(frozen=True, eq=False)
class Ranking:
    """Words that the kernel chooses from a list, each with a number: the nearest ones, the likeliest ones.

    Parameters
    ----------
    order
        Entry of the record `[k]`, or `[frames, k]`: the place in `words` of what stands in each row, or below 0 where
        the row is empty.
    values
        Entry of the record `[k]`, or `[frames, k]`: the number of each row.
    words
        The list to choose from.
    limits
        The values of an empty and of a full bar.
    digits
        Digits after the point in the printed numbers.
    title
        Words above.
    """

    order: Any
    values: Any
    _: KW_ONLY
    words: list | tuple
    limits: tuple = (0, 1)
    digits: int = 2
    title: str = ""

    def __post_init__(self):
        if not self.limits[0] < self.limits[1]:
            raise ValueError(f"Ranking: limits must be a lower and a higher value, got {self.limits}.")
        if not len(self.words):
            raise ValueError("Ranking: words must hold at least one word.")

    def slots(self) -> dict[str, Slot | None]:
        """Return the parts of the record that the list shows."""
        return {"order": slot(self.order, 1), "values": slot(self.values, 1)}

    def draw(self, ax, record: dict, frame: Frame | None = None):
        """Draw the list on `ax`."""
        rows = self._rows(record, frame)
        values = np.array([value for _, value in rows])
        low, high = self.limits
        bars = np.nan_to_num(np.clip(values, low, high), nan=low) - low
        longest = max((len(word) for word, _ in rows), default=0)
        room = max(0.09 * longest - 0.5, 0) / ax.figure.get_figwidth()  # in inches: beyond what every view has
        x, y, width, height = ax.get_position().bounds
        ax.set_position((x + room, y, width - room, height))
        drawn = ax.barh(range(len(rows)), bars, left=low, color=COLOURS[0], height=0.7)
        ax.bar_label(drawn, [self._text(value) for value in values], fontsize="small", padding=3)
        ax.set_yticks(range(len(rows)), [word for word, _ in rows])
        ax.set(
            xlim=(low, high + 0.15 * (high - low)), ylim=(max(len(rows), 1) - 0.5, -0.5), title=self.title, xticks=[]
        )
        ax.grid(False)

    def spec(self) -> dict:
        """Describe the list for the page."""
        return {
            "kind": "ranking",
            "slots": {name: s.spec() for name, s in self.slots().items()},
            "words": [str(word) for word in self.words],
            **{k: getattr(self, k) for k in ("limits", "digits")},
            "title": self.title or self.slots()["values"].key.replace("_", " "),
        }

    def numbers(self, record: dict, frame: Frame | None = None) -> list[tuple[str, list[str]]]:
        """Return the rows of the table of numbers: each word with its number."""
        return [(word, [number(value)]) for word, value in self._rows(record, frame)]

    def _rows(self, record, frame) -> list[tuple[str, float]]:
        order, values = (part.read(record, frame).astype(float) for part in self.slots().values())
        places = np.round(order).astype(int)
        return [(str(self.words[n]), float(value)) for n, value in zip(places, values, strict=True) if n >= 0]

    def _text(self, value: float) -> str:
        return f"{value:.{self.digits}f}" if np.isfinite(value) else number(value)
