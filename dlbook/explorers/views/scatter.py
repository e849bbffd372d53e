"""Points in a plane."""

from dataclasses import KW_ONLY, dataclass
from functools import partial
from typing import Any

import numpy as np

from dlbook.explorers.record import Frame, Slot, hull, slot
from dlbook.explorers.views.classes import draw_classes
from dlbook.explorers.views.text import number


@dataclass(frozen=True, eq=False)
class Scatter:
    """Points that move: samples, embeddings, cluster centres.

    Parameters
    ----------
    points
        Entry of the record `[n, 2]`, or `[frames, n, 2]`.
    labels
        Entry or array `[n]` of class numbers; each class has its colour and its shape.
    extent
        The rectangle (left, right, bottom, top); by default it follows the points.
    names
        What to call the classes in the legend.
    words
        What to write at each point.
    xlabel, ylabel, title
        Words on the axes and above.
    """

    points: Any
    _: KW_ONLY
    labels: Any = None
    extent: tuple | None = None
    names: list | tuple | None = None
    words: list | tuple = ()
    xlabel: str = ""
    ylabel: str = ""
    title: str = ""

    def slots(self) -> dict[str, Slot | None]:
        """Return the parts of the record that the points show."""
        return {"points": slot(self.points, 2, limits=hull(self.extent)), "labels": slot(self.labels, 1)}

    def draw(self, ax, record: dict, frame: Frame | None = None):
        """Draw the points on `ax`."""
        x, labels = self._read(record, frame)
        draw_classes(ax, x, labels, self.names)
        ax.set(xlabel=self.xlabel, ylabel=self.ylabel, title=self.title)
        if self.extent:
            ax.set(xlim=self.extent[:2], ylim=self.extent[2:])
        if self.words:
            self._words(ax, x)
        if self.names:
            ax.legend(fontsize="small")
        if not np.isfinite(x).all():
            ax.annotate("not finite", (1, 1), xycoords="axes fraction", ha="right", va="top", fontsize="small")

    def spec(self) -> dict:
        """Describe the points for the page."""
        return {
            "kind": "scatter",
            "slots": {name: None if s is None else s.spec() for name, s in self.slots().items()},
            "classes": list(self.names or []),
            "words": list(self.words),
            **{k: getattr(self, k) for k in ("extent", "xlabel", "ylabel")},
            "title": self.title or self.slots()["points"].key.replace("_", " "),
        }

    def numbers(self, record: dict, frame: Frame | None = None) -> list[tuple[str, list[str]]]:
        """Return the rows of the table of numbers: the middle of each class, or the place of each word."""
        x, labels = self._read(record, frame)
        if self.words:
            return [(word, list(map(number, place))) for word, place in zip(self.words, x, strict=True)]
        rows = []
        for k in np.unique(labels):
            mean = x[labels == k].mean(0)
            name = self.names[k] if self.names else f"class {k}"
            rows.append((f"{name}, mean of {(labels == k).sum()}", [number(mean[0]), number(mean[1])]))
        return rows

    def _words(self, ax, x):
        """Write each word beside its point, where it is free of those before it, if there is such a place."""
        points, taken = ax.transData.transform(x) * 72 / ax.figure.dpi, []
        for word, point, (left, bottom) in zip(self.words, x, points, strict=True):
            width, height = 5.0 * len(word), 9.0
            beside = [(side, up) for up in (3, -10, 13, -20) for side in (4, -4 - width)]
            boxes = [(left + side, bottom + up, left + side + width, bottom + up + height) for side, up in beside]
            free = [i for i, box in enumerate(boxes) if not any(map(partial(_meet, box), taken))]
            best = (free or [0])[0]
            taken.append(boxes[best])
            ax.annotate(word, point, beside[best], textcoords="offset points", fontsize="small", annotation_clip=True)

    def _read(self, record, frame):
        slots = self.slots()
        x = slots["points"].read(record, frame)
        labels = slots["labels"].read(record, frame) if slots["labels"] else np.zeros(len(x))
        return x, np.round(labels).astype(int)


def _meet(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
