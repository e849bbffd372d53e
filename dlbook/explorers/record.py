"""The record: the arrays that a kernel returns, and the parts of it that a view shows."""

import hashlib
from typing import Any, NamedTuple

import numpy as np

NUMBERS, SHADES = 65532, 100  # how finely a number to be read, and one to be seen as a shade, is stored


class Frame(NamedTuple):
    """One moment of a record that has frames, e.g. epoch 3 of 0, ..., 20."""

    position: int
    count: int


class Slot(NamedTuple):
    """A part of a view: an entry of the record by its name, or an array that never changes.

    Attributes
    ----------
    source
        The entry's name, or the array.
    rank
        Axes that the view draws; an entry with one axis more has the frames in front.
    levels
        How finely the page's table stores it: `NUMBERS` or `SHADES`.
    log
        Whether it is drawn on a logarithmic scale.
    limits
        The drawn range; what lies beyond is stored coarsely.
    follows
        Whether an entry as long as there are frames is drawn up to the present one.
    """

    source: Any
    rank: int
    levels: int = NUMBERS
    log: bool = False
    limits: tuple | None = None
    follows: bool = False

    @property
    def named(self) -> bool:
        """Whether the source is an entry of the record."""
        return isinstance(self.source, str)

    @property
    def key(self) -> str:
        """The entry's name, or a name for the array made from its contents."""
        if self.named:
            return self.source
        array = np.asarray(self.source)
        return "=" + hashlib.sha256(repr(array.shape).encode() + array.tobytes()).hexdigest()[:8]

    def read(self, record: dict, frame: Frame | None = None) -> np.ndarray:
        """Return the array to draw at `frame`."""
        array = np.asarray(record[self.source] if self.named else self.source)
        return array[frame.position] if frame is not None and array.ndim > self.rank else array

    def spec(self) -> dict:
        """Describe the slot for the page."""
        return {"entry": self.key, "rank": self.rank}


def slot(source, rank: int, **how) -> Slot | None:
    """Return the slot of `source`, or None where the author left it out."""
    return None if source is None else Slot(source, rank, **how)


def hull(extent) -> tuple | None:
    """Return the lowest and highest coordinate of a rectangle (left, right, bottom, top)."""
    return None if extent is None else (min(extent), max(extent))


def entries(record) -> dict:
    """Return the record, a dict or a NamedTuple, by name of entry."""
    return record._asdict() if hasattr(record, "_asdict") else dict(record)


def finite(slots, record: dict) -> bool:
    """Return whether all numbers that the slots show are finite."""
    return all(np.isfinite(np.asarray(record[s.source], float)).all() for s in slots if s.named)
