"""Bars with their numbers."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from dlbook.explorers.record import Frame, Slot, slot
from dlbook.explorers.views.text import number
from dlbook.viz.style import COLOURS


@dataclass(frozen=True, eq=False)
class Bars:
    """One bar for each value, with its number above.

    Parameters
    ----------
    values
        Entry of the record `[k]`, or `[frames, k]`.
    labels
        A word under each bar.
    xlabel, ylabel, title
        Words on the axes and above.
    ylim
        Ends of the vertical axis; by default they follow the bars and hold 0.
    digits
        Digits after the point in the printed numbers.
    """

    values: Any
    labels: list | tuple
    _: KW_ONLY
    xlabel: str = ""
    ylabel: str = ""
    title: str = ""
    ylim: tuple | None = None
    digits: int = 2

    def slots(self) -> dict[str, Slot | None]:
        """Return the part of the record that the bars show."""
        return {"values": slot(self.values, 1)}

    def draw(self, ax, record: dict, frame: Frame | None = None):
        """Draw the bars on `ax`."""
        values = self.slots()["values"].read(record, frame).astype(float)
        known = np.nan_to_num(values, nan=0, posinf=0, neginf=0)
        bars = ax.bar(range(len(values)), known, color=COLOURS[0])
        texts = [f"{v:.{self.digits}f}" if np.isfinite(v) else number(v) for v in values]
        ax.bar_label(bars, texts, fontsize="small", padding=2)
        ax.axhline(0, color="#555555", linewidth=0.8)
        ax.grid(False)
        ax.set_xticks(range(len(values)), self.labels)
        ax.set(xlabel=self.xlabel, ylabel=self.ylabel, title=self.title)
        ax.set_ylim(*self.ylim) if self.ylim else ax.margins(y=0.12)

    def spec(self) -> dict:
        """Describe the bars for the page."""
        return {
            "kind": "bars",
            "slots": {"values": self.slots()["values"].spec()},
            "labels": [str(label) for label in self.labels],
            **{k: getattr(self, k) for k in ("xlabel", "ylabel", "ylim", "digits")},
            "title": self.title or self.ylabel or self.slots()["values"].key,
        }

    def numbers(self, record: dict, frame: Frame | None = None) -> list[tuple[str, list[str]]]:
        """Return the rows of the table of numbers: each bar."""
        values = self.slots()["values"].read(record, frame)
        return [(str(label), [number(value)]) for label, value in zip(self.labels, values, strict=True)]
