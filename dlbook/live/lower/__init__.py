"""Lowerings: how each primitive of JAX becomes loops, one file for each family.

A lowering is called as `lowering(build, out, *operands, **parameters)`: `out` lists
shape and kind of each result, operands and results are values (`dlbook.live.value`).
"""

from dlbook.live.lower import (
    contraction,
    control,
    elementwise,
    indexing,
    layout,
    random,
    reduction,
    sorting,
    windows,
)

__all__ = [
    "contraction",
    "control",
    "elementwise",
    "indexing",
    "layout",
    "random",
    "reduction",
    "sorting",
    "windows",
]
