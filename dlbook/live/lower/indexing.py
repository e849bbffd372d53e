"""Gather and scatter: reading and writing at places that the program computes.

Both walk over the positions of a table of start indices.  At each they look at one
window of the big array, whose place along some axes comes from the table.
"""

import math
from typing import NamedTuple

from jax import lax

from dlbook.live.ir.expressions import BOOL, F32, I32, U32, Const, Expr, Index, Op, select
from dlbook.live.jaxpr import lowers, require
from dlbook.live.value import ZERO, Value

MODES = lax.GatherScatterMode
OUTSIDE = {F32: math.nan, I32: -(2**31), U32: 2**32 - 1, BOOL: True}  # what JAX reads outside an array
OPERATION = {
    "scatter": None,
    "scatter-add": "add",
    "scatter-mul": "mul",
    "scatter-min": "min",
    "scatter-max": "max",
}


class Place(NamedTuple):
    """Where a window begins along each axis of the big array, and whether it fits (None: it always does)."""

    starts: list[Index]
    fits: Expr | None


def place(build, table: Value, row, shape, sizes, axes, batching, *, checked: bool) -> Place:
    """Emit the reading of one row of start indices.

    Parameters
    ----------
    row
        Position in the table, without its last axis.
    shape, sizes
        Of the big array, and of the window along each of its axes.
    axes
        Axes of the big array whose starts stand in a row of the table.
    batching
        Pairs of axes, of the big array and of the table, that run together.
    checked
        Whether windows outside the array must be recognised; else they are moved inside.
    """
    starts, fits = [ZERO] * len(shape), None
    for ours, theirs in batching:
        starts[ours] = row[theirs]
    for number, axis in enumerate(axes):
        last = int(shape[axis] - sizes[axis])
        start = build.let(table.at([*row, Index((), number)]))
        if checked:
            low = Const(BOOL, True) if start.kind is U32 else start >= 0
            inside = low & (start <= last) if last >= 0 else Const(BOOL, False)
            fits = inside if fits is None else fits & inside
        starts[axis] = build.clamped(start, max(0, last))
    return Place(starts, None if fits is None else build.let(fits))


@lowers("gather", hints=("unique_indices", "indices_are_sorted"))
def gather(build, out, x, table, *, dimension_numbers, slice_sizes, mode, fill_value):
    """Copy a window for each row of the table of start indices."""
    require(mode in (MODES.CLIP, MODES.FILL_OR_DROP, MODES.PROMISE_IN_BOUNDS), "mode", mode)
    numbers, checked = dimension_numbers, mode is MODES.FILL_OR_DROP
    x, table, target = build.materialize(x), build.reusable(table), build.allocate(*out[0])
    batching = list(zip(numbers.operand_batching_dims, numbers.start_indices_batching_dims, strict=True))
    dropped = {*numbers.collapsed_slice_dims, *numbers.operand_batching_dims}
    axes = [axis for axis in range(len(x.shape)) if axis not in dropped]
    rows = [axis for axis in range(len(target.shape)) if axis not in numbers.offset_dims]
    outside = Const(x.kind, OUTSIDE[x.kind] if fill_value is None else fill_value)

    def visit(row):
        at = place(build, table, row, x.shape, slice_sizes, numbers.start_index_map, batching, checked=checked)

        def read(offset):
            value = x.at(_shifted(at.starts, axes, offset))
            where = _interleaved(
                dict(zip(rows, row, strict=True)) | dict(zip(numbers.offset_dims, offset, strict=True))
            )
            build.store(target, where, value if at.fits is None else select(at.fits, value, outside))

        build.loops([int(slice_sizes[axis]) for axis in axes], read)

    if 0 not in x.shape:
        build.loops([target.shape[axis] for axis in rows], visit, parallel=False)
    return target


@lowers(*OPERATION, hints=("unique_indices", "indices_are_sorted"), update_consts=((),))
def scatter(build, out, x, table, updates, *, primitive, dimension_numbers, mode, update_jaxpr):
    """Copy the array, then combine one window after the other with it; later ones see earlier ones."""
    require(mode in (MODES.CLIP, MODES.FILL_OR_DROP, MODES.PROMISE_IN_BOUNDS), "mode", mode)
    require(bool(OPERATION[primitive]) or _replaces(update_jaxpr), "update_jaxpr", update_jaxpr)
    numbers, operation = dimension_numbers, OPERATION[primitive]
    table, updates, target = build.reusable(table), build.reusable(updates), build.duplicate(x)
    batching = list(zip(numbers.operand_batching_dims, numbers.scatter_indices_batching_dims, strict=True))
    dropped = {*numbers.inserted_window_dims, *numbers.operand_batching_dims}
    axes = [axis for axis in range(len(x.shape)) if axis not in dropped]
    rows = [axis for axis in range(len(updates.shape)) if axis not in numbers.update_window_dims]
    window = dict(zip(axes, (updates.shape[axis] for axis in numbers.update_window_dims), strict=True))
    sizes = [window.get(axis, 1) for axis in range(len(x.shape))]

    def visit(row):
        indexed = numbers.scatter_dims_to_operand_dims
        at = place(build, table, row, x.shape, sizes, indexed, batching, checked=mode is not MODES.CLIP)

        def write(offset):
            where = _shifted(at.starts, axes, offset)
            windows = dict(zip(numbers.update_window_dims, offset, strict=True))
            update = updates.at(_interleaved(dict(zip(rows, row, strict=True)) | windows))
            build.store(target, where, Op(operation, x.kind, (target.at(where), update)) if operation else update)

        with build.when(Const(BOOL, True) if at.fits is None else at.fits):
            build.loops([window[axis] for axis in axes], write)

    if 0 not in x.shape:
        build.loops([updates.shape[axis] for axis in rows], visit, parallel=False)
    return target


def _replaces(update_jaxpr) -> bool:
    """Whether a scatter's update function returns the update itself."""
    return update_jaxpr is None or (not update_jaxpr.eqns and update_jaxpr.outvars == update_jaxpr.invars[1:])


def _shifted(starts, axes, offset) -> list[Index]:
    moved = dict(zip(axes, offset, strict=True))
    return [start + moved.get(axis, ZERO) for axis, start in enumerate(starts)]


def _interleaved(positions: dict[int, Index]) -> list[Index]:
    return [positions[axis] for axis in range(len(positions))]
