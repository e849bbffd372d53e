"""Controls that hold the reader's own data: points set in the plane, and a small drawing.

Their position is the data itself; the kernel receives an array of fixed shape.
"""

from dataclasses import KW_ONLY, dataclass

import numpy as np

LEVELS = 9  # how finely a drawn cell is kept: 0, 1/9, ..., 1


@dataclass(frozen=True)
class Points:
    """Points that the reader sets in a plane, by click or by numbers.

    The kernel receives `[capacity, 4]`: two coordinates, the class, and whether the row is in use (1 or 0).

    Parameters
    ----------
    extent
        Left, right, bottom and top of where points may lie.
    classes
        A word for each class that a point may have.
    capacity
        How many points there may be; further ones are not taken.
    view
        Number of the `Plane` or `Scatter` on which a click sets a point.
    label
        What the reader sees; by default the setting's name.

    Raises
    ------
    ValueError
        If the extent is not two rising pairs, there is no class, or the capacity is below 1.
    """

    extent: tuple
    _: KW_ONLY
    classes: tuple | list = ("0", "1")
    capacity: int = 40
    view: int = 0
    label: str = ""
    unit = ""
    kind = "points"
    position = ()

    def __post_init__(self):
        left, right, bottom, top = self.extent
        if not (left < right and bottom < top):
            raise ValueError(f"Points: extent must be left < right, bottom < top, got {self.extent}.")
        if not self.classes or self.capacity < 1:
            raise ValueError(f"Points: needs a class and a capacity, got {self.classes} and {self.capacity}.")

    def value(self, position) -> list:
        """Return the points."""
        return list(position)

    def text(self, position) -> str:
        """Return what the reader is told of them."""
        return f"{len(position)} point{'' if len(position) == 1 else 's'}"

    def argument(self, position) -> np.ndarray:
        """Return what the kernel receives."""
        rows = np.zeros((self.capacity, 4), np.float32)
        for row, point in zip(rows, position, strict=False):
            row[:] = (*point, 1)
        return rows

    def spec(self) -> dict:
        """Describe the control for the page."""
        return {
            "extent": list(self.extent), "classes": list(self.classes), "capacity": self.capacity, "view": self.view,
            "start": [],
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Drawing:
    """A small picture that the reader draws.

    The kernel receives `[height, width]` with values from 0 (paper) to 1 (ink).

    Parameters
    ----------
    start
        The picture at first.
    label
        What the reader sees; by default the setting's name.

    Raises
    ------
    ValueError
        If `start` is not a matrix with values from 0 to 1.
    """

    start: np.ndarray
    _: KW_ONLY
    label: str = ""
    unit = ""
    kind = "drawing"

    def __post_init__(self):
        start = np.asarray(self.start)
        if start.ndim != 2 or not ((start >= 0) & (start <= 1)).all():
            raise ValueError(f"Drawing: start must be a matrix with values from 0 to 1, got the shape {start.shape}.")

    @property
    def position(self) -> tuple:
        """The picture at first, row after row, in levels from 0 to 9."""
        return tuple(np.round(np.asarray(self.start) * LEVELS).astype(int).ravel().tolist())

    def value(self, position) -> np.ndarray:
        """Return the picture."""
        return self.argument(position)

    def text(self, position) -> str:
        """Return what the reader is told of it."""
        return f"{np.count_nonzero(position)} of {len(position)} cells"

    def argument(self, position) -> np.ndarray:
        """Return what the kernel receives."""
        return (np.asarray(position, np.float32) / LEVELS).reshape(np.shape(self.start))

    def spec(self) -> dict:
        """Describe the control for the page."""
        return {"shape": list(np.shape(self.start)), "levels": LEVELS, "start": list(self.position)}
