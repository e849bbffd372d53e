"""The builder: where lowerings put statements.

It keeps the block that is being written, invents names, and knows the few idioms that
all lowerings share: allocate a buffer, loop over a shape, copy, materialise a recipe,
and assign several arrays at once.
"""

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from math import prod

import numpy as np

from dlbook.live.ir.expressions import (
    BOOL,
    F32,
    I32,
    U32,
    Buffer,
    Expr,
    Index,
    Kind,
    Load,
    Local,
    Position,
    convert,
    maximum,
    minimum,
    nodes,
)
from dlbook.live.ir.statements import Assign, Declare, If, Let, Loop, Store, While, indices, walk
from dlbook.live.value import CHEAP, ZERO, Computed, Stored, Value, constant

WORD = {F32: np.float32, I32: np.int32, U32: np.uint32, BOOL: np.int32}


class Builder:
    """Collects the statements of one kernel.

    Parameters
    ----------
    constants
        Buffers with data, by their data; kernels of one module share them.
    """

    def __init__(self, constants: dict[bytes, Buffer]):
        self.block, self.constants = [], constants
        self.count = 0

    def fresh(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def emit(self, statement) -> None:
        self.block.append(statement)

    @contextmanager
    def nested(self):
        """Collect what is emitted inside into a list of its own."""
        outer, self.block = self.block, []
        inner = self.block
        try:
            yield inner
        finally:
            self.block = outer

    # Memory

    def allocate(self, shape, kind: Kind) -> Stored:
        """Return a fresh array; it lives as long as the memory plan finds it in use."""
        buffer = Buffer(self.fresh("b"), max(1, prod(shape)))
        self.emit(Declare(buffer))
        return Stored(shape, kind, buffer)

    def constant(self, array, kind: Kind) -> Value:
        """Return an array known at build time: a repeated number, or words in the data of the module."""
        words = np.asarray(array).astype(WORD[kind])
        bits = words.reshape(-1).view(np.uint32)
        if (bits == bits[:1]).all():
            return constant(words.shape, kind, words.flat[0].item() if words.size else 0)
        data = words.tobytes()
        if data not in self.constants:
            self.constants[data] = Buffer("constant", max(1, words.size), data)
        return Stored(words.shape, kind, self.constants[data])

    def store(self, target: Stored, position: Sequence[Index], value: Expr) -> None:
        self.emit(Store(target.buffer, target.index(position), value))

    def copy(self, target: Stored, source: Value) -> None:
        """Store every element of `source` in `target`; the shapes are equal."""
        self.loops(target.shape, lambda p: self.store(target, p, source.at(p)))

    def fill(self, target: Stored, number) -> None:
        self.copy(target, constant(target.shape, target.kind, number))

    def duplicate(self, value: Value) -> Stored:
        """Copy a value into fresh memory."""
        target = self.allocate(value.shape, value.kind)
        self.copy(target, value)
        return target

    def materialize(self, value: Value) -> Stored:
        """Return the value in memory, computing it now if it is still a recipe."""
        return value if isinstance(value, Stored) else self.duplicate(value)

    def contiguous(self, value: Value) -> Stored:
        """Return the value in memory with its last axis contiguous and no gaps."""
        return value if isinstance(value, Stored) and value.contiguous else self.duplicate(value)

    def reusable(self, value: Value) -> Value:
        """Return a value that may be read many times: costly recipes are computed now."""
        return value if value.cost <= CHEAP else self.materialize(value)

    # Control

    def loops(self, shape, body: Callable, *, parallel: bool = True) -> None:
        """Emit nested loops over a shape; `body` receives the position and emits what happens there.

        Where the strides of neighbouring axes fit each other they are walked as one, in
        a longer loop; `body` is then called again, with zero for the axis that is gone.
        """
        if not all(shape):
            return
        axes = [(self.fresh("i") if n > 1 else None, n) for n in shape]
        inner = self._round(axes, body)
        merged = _merge(axes, inner)
        if merged != axes:
            inner = self._round(merged, body)
        for name, n in reversed(merged):
            if name is not None:
                inner = [Loop(name, n, tuple(inner), parallel)]
        self.block.extend(inner)

    def _round(self, axes, body) -> list:
        with self.nested() as inner:
            body([ZERO if name is None else Index.of(name) for name, _ in axes])
        return inner

    @contextmanager
    def loop(self, extent: int):
        """Emit one loop whose rounds follow each other; yields its index."""
        name = self.fresh("t")
        with self.nested() as body:
            yield Index.of(name)
        if extent:
            self.emit(Loop(name, extent, tuple(body)))

    @contextmanager
    def when(self, condition: Expr):
        """Emit what follows only where the condition holds."""
        with self.nested() as body:
            yield
        self.emit(If(condition, tuple(body)))

    @contextmanager
    def repeat_while(self, condition: Callable):
        """Emit a while loop; `condition` emits what it needs and returns the test."""
        with self.nested() as head:
            test = condition()
        with self.nested() as body:
            yield
        self.emit(While(tuple(head), test, tuple(body)))

    def let(self, value: Expr) -> Local:
        """Keep a number in a local variable."""
        name = self.fresh("x")
        self.emit(Let(name, value))
        return Local(value.kind, name)

    def assign(self, local: Local, value: Expr) -> None:
        self.emit(Assign(local.name, value))

    def clamped(self, value: Expr, last: int) -> Index:
        """Return an integer, clamped to 0 … `last`, as a variable for indices."""
        if value.kind is not U32:
            value = maximum(convert(value, I32), 0)
        return Index.of(self.let(convert(minimum(value, last), I32)).name)

    # Several arrays at once

    def assign_all(self, targets: Sequence[Stored], values: Sequence[Value]) -> None:
        """Set all targets to values that were computed from the *old* targets.

        A target may be written as soon as no other waiting value reads it and its own
        value reads it, if at all, at the very element that is written.  A cycle (two
        arrays that swap) is broken by computing one value into fresh memory.
        """
        waiting = [(t, v) for t, v in zip(targets, values, strict=True) if not same_window(t, v)]
        while waiting:
            ready = next((pair for pair in waiting if _may_write(pair, waiting)), None)
            if ready is None:
                target, value = waiting.pop(0)
                waiting.append((target, self.duplicate(value)))
            else:
                waiting.remove(ready)
                self.copy(*ready)


def same_window(a: Value, b: Value) -> bool:
    """Whether two values are the same words of memory in the same order."""
    return (
        isinstance(a, Stored)
        and isinstance(b, Stored)
        and (a.buffer, a.offset, a.strides) == (b.buffer, b.offset, b.strides)
    )


def position_of(shape) -> list[Index]:
    """Return a symbolic position, to look at what a recipe reads."""
    return [ZERO if n == 1 else Index.of(f"axis {number}") for number, n in enumerate(shape)]


def loads(value: Value) -> list[Load]:
    """Return the loads behind one element of a value."""
    return [node for node in nodes(value.at(position_of(value.shape))) if isinstance(node, Load)]


def _may_write(pair, waiting) -> bool:
    target, value = pair
    others = (v for t, v in waiting if t is not target)
    if any(load.buffer is target.buffer for other in others for load in loads(other)):
        return False
    here = target.index(position_of(target.shape))
    return all(load.index == here for load in loads(value) if load.buffer is target.buffer)


def _merge(axes, statements) -> list:
    """Return the loops left when every loop is merged with the one inside it where all strides allow."""
    found = {index for statement in walk(statements) for index in indices(statement)}
    merged, inner, extent = [], None, 1
    for name, n in reversed(axes):
        fits = name and inner and all(i.coefficient(name) == i.coefficient(inner) * extent for i in found)
        if fits:
            extent *= n
            merged = [(None, 1), *((m, extent if m == inner else k) for m, k in merged)]
        else:
            merged = [(name, n), *merged]
            inner, extent = (name, n) if name else (inner, extent)
    return merged


def iota(shape, axis: int, kind: Kind) -> Computed:
    """Return the array that holds each element's position along an axis."""
    return Computed(shape, kind, lambda p: convert(Position(p[axis]), kind), 1)
