"""A grid of small images."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from dlbook.explorers.record import SHADES, Frame, Slot, slot
from dlbook.explorers.views.colours import MAPS, stops
from dlbook.explorers.views.text import number, shades


@dataclass(frozen=True, eq=False)
class Images:
    """Small images side by side, e.g. the weights or the output of each hidden unit.

    Parameters
    ----------
    images
        Entry of the record `[n, h, w]`, or `[frames, n, h, w]`; row 0 is the top.
    limits
        The values drawn black and white (or in the two full colours).
    columns
        Images in a row; by default as many as make the grid square.
    colours
        "grey" or "diverging".
    captions
        Words or numbers under the images: a list, or an entry `[n]` of the record.
    title
        Words above.
    """

    images: Any
    _: KW_ONLY
    limits: tuple
    columns: int | None = None
    colours: str = "grey"
    captions: Any = None
    title: str = ""

    def __post_init__(self):
        if self.colours not in ("grey", "diverging"):
            raise ValueError(f'Images: colours must be "grey" or "diverging", got {self.colours!r}.')
        if not self.limits[0] < self.limits[1]:
            raise ValueError(f"Images: limits must be a lower and a higher value, got {self.limits}.")

    def slots(self) -> dict[str, Slot | None]:
        """Return the parts of the record that the images show."""
        captions = self.captions if isinstance(self.captions, str) else None
        return {"images": slot(self.images, 3, levels=SHADES, limits=self.limits), "captions": slot(captions, 1)}

    def draw(self, ax, record: dict, frame: Frame | None = None):
        """Draw the images on `ax`."""
        images = self.slots()["images"].read(record, frame)
        columns = self._columns(len(images))
        rows = -(-len(images) // columns)
        words = self._captions(record, frame, len(images))
        height = 1.3 if any(words) else 1.1
        for i, image in enumerate(images):
            x, y = i % columns * 1.1, i // columns * height
            self._image(ax, image, (x, x + 1, y + 1, y))
            ax.text(x + 0.5, y + 1.03, words[i], ha="center", va="top", fontsize="x-small")
        ax.set(xlim=(-0.05, columns * 1.1), ylim=(rows * height, -0.05), title=self.title, aspect="equal")
        ax.axis("off")

    def spec(self) -> dict:
        """Describe the images for the page."""
        return {
            "kind": "images",
            "slots": {name: None if s is None else s.spec() for name, s in self.slots().items()},
            "map": stops(self.colours),
            "captions": None
            if self.captions is None or isinstance(self.captions, str)
            else list(map(str, self.captions)),
            "columns": self.columns,
            "limits": self.limits,
            "title": self._title(),
            "caption": shades(self._title(), self.limits),
        }

    def numbers(self, record: dict, frame: Frame | None = None) -> list[tuple[str, list[str]]]:
        """Return the rows of the table of numbers: the mean of each of the first images."""
        images = np.clip(self.slots()["images"].read(record, frame), *self.limits)
        words = self._captions(record, frame, len(images))
        rows = [
            (f"image {i + 1} {word}".strip() + ", mean", [number(im.mean())])
            for i, (word, im) in enumerate(zip(words, images, strict=True))
        ]
        return rows[:12]

    def _title(self) -> str:
        return self.title or (self.images.replace("_", " ") if isinstance(self.images, str) else "images")

    def _columns(self, n: int) -> int:
        root = int(np.ceil(np.sqrt(n)))
        even = (c for c in range(root, int(2 * np.sqrt(n)) + 1) if n % c == 0)  # full rows, if there are such
        return self.columns or next(even, root)

    def _captions(self, record, frame, n: int) -> list[str]:
        part = self.slots()["captions"]
        if part:
            return [number(value) for value in part.read(record, frame)]
        return list(map(str, self.captions)) if self.captions is not None else [""] * n

    def _image(self, ax, image, extent):
        low, high = self.limits
        cmap = MAPS[self.colours].with_extremes(bad="#cccccc")
        ax.imshow(image, cmap=cmap, vmin=low, vmax=high, extent=extent, interpolation="nearest", aspect="equal")
