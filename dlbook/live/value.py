"""Values: arrays as the compiler sees them, stored in memory or still to be computed.

A `Stored` value is a strided window on a buffer.  A `Computed` value is a recipe: given
a position, it returns the expression of the element there.  Recipes are what fuses
elementwise operations: nothing is stored until somebody needs an address.

Views (transpose, slice, broadcast …) are written once for both, as a function from the
positions of the view to positions of the original.
"""

from collections.abc import Callable, Sequence
from math import prod
from typing import NamedTuple

from dlbook.live.ir.expressions import Buffer, Const, Expr, Index, Kind, Load

ZERO = Index()
CHEAP = 2  # operations that are rather repeated than stored


class Spec(NamedTuple):
    """Shape and kind of an array."""

    shape: tuple[int, ...]
    kind: Kind


def row_major(shape: Sequence[int]) -> tuple[int, ...]:
    """Return the strides, in words, of an array whose last axis is contiguous."""
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))


class Stored:
    """A strided window on a buffer."""

    cost = 0

    def __init__(self, shape, kind: Kind, buffer: Buffer, offset: Index = ZERO, strides=None):
        self.shape, self.kind, self.buffer, self.offset = tuple(shape), kind, buffer, offset
        self.strides = row_major(self.shape) if strides is None else tuple(strides)

    def index(self, position: Sequence[Index]) -> Index:
        total = self.offset
        for along, stride in zip(position, self.strides, strict=True):
            total = total + along * stride
        return total

    def at(self, position: Sequence[Index]) -> Expr:
        return Load(self.kind, self.buffer, self.index(position))

    def view(self, shape, source: Callable) -> "Stored":
        """Return the view whose element at `p` is this value's at `source(p)`; `source` is affine."""
        axes = [f"axis {number}" for number in range(len(shape))]
        index = self.index(source([Index.of(axis) for axis in axes]))
        return Stored(shape, self.kind, self.buffer, index.without(*axes), [index.coefficient(a) for a in axes])

    @property
    def contiguous(self) -> bool:
        expected = row_major(self.shape)
        return all(n == 1 or a == b for n, a, b in zip(self.shape, self.strides, expected, strict=True))


class Computed:
    """A recipe for the element at a position; `cost` counts the operations of one element."""

    def __init__(self, shape, kind: Kind, recipe: Callable, cost: int):
        self.shape, self.kind, self.recipe, self.cost = tuple(shape), kind, recipe, cost
        self._known = {}

    def at(self, position: Sequence[Index]) -> Expr:
        """Return the same node for the same position, so that it is computed once."""
        key = tuple(position)
        if key not in self._known:
            self._known[key] = self.recipe(key)
        return self._known[key]

    def view(self, shape, source: Callable) -> "Computed":
        return Computed(shape, self.kind, lambda position: self.at(source(position)), self.cost)


Value = Stored | Computed


def constant(shape, kind: Kind, number) -> Computed:
    """Return an array of one number."""
    return Computed(shape, kind, lambda position: Const(kind, number), 0)


def permute(value: Value, axes: Sequence[int]) -> Value:
    """Return the view whose axis `i` is axis `axes[i]` of the value."""
    back = [list(axes).index(axis) for axis in range(len(axes))]
    return value.view([value.shape[axis] for axis in axes], lambda p: [p[axis] for axis in back])


def window(value: Value, start: Sequence[Index | int], shape, strides: Sequence[int] | None = None) -> Value:
    """Return the view of `shape` that begins at `start` and takes every `strides`-th element."""
    starts = [ZERO + s if isinstance(s, int) else s for s in start]
    strides = strides or [1] * len(starts)
    return value.view(shape, lambda p: [s + i * step for s, i, step in zip(starts, p, strides, strict=True)])


def spread(value: Value, shape, axes) -> Value:
    """Return the view of `shape` in which axis `i` of the value lies along `axes[i]`; size 1 is repeated."""
    return value.view(shape, lambda p: [ZERO if n == 1 else p[axis] for n, axis in zip(value.shape, axes, strict=True)])


def pick(value: Value, axis: int, index: Index) -> Value:
    """Return the view at one position of an axis, without that axis."""
    shape = [n for number, n in enumerate(value.shape) if number != axis]
    return value.view(shape, lambda p: [*p[:axis], index, *p[axis:]])


def element(value: Value, position: Sequence[Index]) -> Expr:
    """Return an element, with axes of size 1 (and a missing shape) repeated."""
    return value.at([ZERO if n == 1 else i for n, i in zip(value.shape, position, strict=False)])


def split_axes(value: Value, shape) -> Value | None:
    """Reshape as a view: axes may be split, and axes of size 1 come and go; else return None.

    Axes of the value and of the new shape are matched from the left in groups of equal
    product.  A group with one axis of the value is affine in the new positions.
    """
    groups, new = [], [axis for axis, n in enumerate(shape) if n != 1]
    for n in value.shape:
        group, product = [], 1
        while product < n and new:
            group.append(new.pop(0))
            product *= shape[group[-1]]
        if product != n:
            return None
        groups.append(group)
    strides = [row_major([shape[axis] for axis in group]) for group in groups]

    def source(position):
        return [
            sum((position[a] * s for a, s in zip(*pair, strict=True)), ZERO)
            for pair in zip(groups, strides, strict=True)
        ]

    return value.view(shape, source)
