"""Data sets, each scaled for training: real ones as a `Split`, made ones as a pair `(x, y)`.

`split` cuts a pair into a `Split`, so that every experiment learns from one
part, chooses by another and is judged on a third.
"""

from dlbook.data.augment import augment
from dlbook.data.digits import digits
from dlbook.data.idx import labelled_images, mnist, read_idx
from dlbook.data.registry import fetch
from dlbook.data.shapes import shapes
from dlbook.data.split import Split, split
from dlbook.data.toy import (
    blobs,
    circles,
    grid_of_gaussians,
    house_prices,
    logic_gate,
    noisy_sine,
    ring_of_gaussians,
    spirals,
    two_moons,
    xor,
)

__all__ = [
    "Split",
    "augment",
    "blobs",
    "circles",
    "digits",
    "fetch",
    "grid_of_gaussians",
    "house_prices",
    "labelled_images",
    "logic_gate",
    "mnist",
    "noisy_sine",
    "read_idx",
    "ring_of_gaussians",
    "shapes",
    "spirals",
    "split",
    "two_moons",
    "xor",
]
