"""Contractions: `dot_general` and convolution, both brought to one matrix product.

A contraction is a batch of products of an [m, k] by a [k, n] matrix, where m, n and k
may each stand for several axes of an array.  Axes whose strides fit count as one
(`merge`); where they do not, the operand is copied.  A convolution is such a product
too: its left operand is the *view* of all windows of the image (im2col), a strided
array that overlaps itself.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import prod

from dlbook.live.ir.expressions import BOOL, F32, Const, Index, convert
from dlbook.live.ir.statements import MatMul, Reduce
from dlbook.live.jaxpr import lowers, require
from dlbook.live.lower.layout import pad
from dlbook.live.lower.windows import windows
from dlbook.live.value import ZERO, Computed, Stored, Value, permute, pick, window

NARROW = 4  # columns below which rows are multiplied one by one


@lowers("dot_general", hints=("precision", "preferred_element_type"))
def dot_general(build, out, x, y, *, dimension_numbers):
    """Bring both operands to the order batch, rows or columns, sum, and contract them."""
    (sum_x, sum_y), (batch_x, batch_y) = dimension_numbers
    free_x = [axis for axis in range(len(x.shape)) if axis not in (*sum_x, *batch_x)]
    free_y = [axis for axis in range(len(y.shape)) if axis not in (*sum_y, *batch_y)]
    require(out[0].kind is not BOOL, "dtype", "bool")
    x, y = (
        Computed(v.shape, out[0].kind, cast(v, out[0].kind), v.cost) if v.kind != out[0].kind else v for v in (x, y)
    )
    x = permute(build.materialize(x), (*batch_x, *free_x, *sum_x))
    y = permute(build.materialize(y), (*batch_y, *sum_y, *free_y))
    return contract(build, x, y, len(batch_x), len(free_x))


def cast(value: Value, kind):
    """Return the recipe of a value as another kind."""
    return lambda position: convert(value.at(position), kind)


def contract(build, x: Stored, y: Stored, batch: int, rows: int) -> Value:
    """Multiply x[batch…, rows…, sum…] by y[batch…, sum…, columns…]."""
    cut, sums = batch + rows, len(x.shape) - batch - rows
    m, k, n = x.shape[batch:cut], x.shape[cut:], y.shape[batch + sums :]
    shape = (*x.shape[:batch], *m, *n)
    if prod(k) == 1:
        zeros = [ZERO] * sums
        return Computed(shape, x.kind, lambda p: x.at([*p[:cut], *zeros]) * y.at([*p[:batch], *zeros, *p[cut:]]), 1)
    if prod(n) < NARROW <= prod(m) and merge(m, x.strides[batch:cut]) == 1:
        return _transposed(build, x, y, batch, rows)
    target = build.allocate(shape, x.kind)
    if x.kind is not F32 or prod(n) < NARROW or 0 in (*x.shape, *y.shape):
        _row_by_row(build, target, x, y, batch, rows)
    else:
        x, y = _as_matrices(build, x, batch, rows), _as_matrices(build, y, batch, sums, unit=True)
        matrix = Stored((*x.shape[:batch], prod(m), prod(n)), F32, target.buffer)
        _matrix_product(build, matrix, x, y)
    return target


def _transposed(build, x: Stored, y: Stored, batch: int, rows: int) -> Value:
    """Compute (y' x')' for few columns and many adjacent rows."""
    sums, columns = len(x.shape) - batch - rows, len(y.shape) - len(x.shape) + rows
    leading, x_axes, y_axes = range(batch), range(batch, len(x.shape)), range(batch, len(y.shape))
    x = permute(x, (*leading, *x_axes[rows:], *x_axes[:rows]))
    y = permute(y, (*leading, *y_axes[sums:], *y_axes[:sums]))
    result = contract(build, y, x, batch, columns)
    axes = range(batch, batch + columns + rows)
    return permute(result, (*leading, *axes[columns:], *axes[:columns]))


def merge(shape: Sequence[int], strides: Sequence[int]) -> int | None:
    """Return the one stride of several axes seen as one, or None if they have none."""
    axes = [(n, stride) for n, stride in zip(shape, strides, strict=True) if n > 1]
    for (_, outer), (n, inner) in pairwise(axes):
        if outer != n * inner:
            return None
    return axes[-1][1] if axes else 1


def _as_matrices(build, x: Stored, batch: int, rows: int, *, unit: bool = False) -> Stored:
    """View x[batch…, rows…, columns…] as [batch…, row, column], copied if need be; `unit`: columns must be adjacent."""
    cut = batch + rows
    row, column = merge(x.shape[batch:cut], x.strides[batch:cut]), merge(x.shape[cut:], x.strides[cut:])
    if row is None or column is None or (unit and column != 1):
        return _as_matrices(build, build.duplicate(x), batch, rows)
    shape = (*x.shape[:batch], prod(x.shape[batch:cut]), prod(x.shape[cut:]))
    return Stored(shape, x.kind, x.buffer, x.offset, (*x.strides[:batch], row, column))


def _matrix_product(build, target: Stored, x: Stored, y: Stored) -> None:
    """Emit one MatMul for each entry of the batch."""
    (m, k), n = x.shape[-2:], y.shape[-1]
    strides = (x.strides[-2], x.strides[-1], y.strides[-2], target.strides[-2])

    def product(position):
        a, b, c = ((v.buffer, v.index([*position, Index(), Index()])) for v in (x, y, target))
        build.emit(MatMul(a, b, c, strides, (m, n, k)))

    build.loops(x.shape[:-2], product, parallel=False)


def _row_by_row(build, target: Stored, x: Stored, y: Stored, batch: int, rows: int) -> None:
    """Multiply and add element by element: integers, and products too narrow for tiles."""
    sums = x.shape[batch + rows :]
    inner = max(range(len(sums)), key=lambda axis: sums[axis], default=None)

    def entry(position):
        total = build.let(Const(x.kind, 0))

        def add(outer):
            along = build.fresh("k")
            at = [*outer[:inner], Index.of(along), *outer[inner + 1 :]] if sums else []
            left = x.at([*position[: batch + rows], *at])
            right = y.at([*position[:batch], *at, *position[batch + rows :]])
            build.emit(Reduce(total.name, "add", along, sums[inner] if sums else 1, left * right))

        build.loops([1 if axis == inner else n for axis, n in enumerate(sums)], add, parallel=False)
        build.store(target, position, total)

    build.loops(target.shape, entry, parallel=False)


@lowers("conv_general_dilated", hints=("precision", "preferred_element_type"))
def conv_general_dilated(
    build,
    out,
    x,
    kernel,
    *,
    window_strides,
    padding,
    lhs_dilation,
    rhs_dilation,
    dimension_numbers,
    feature_group_count,
    batch_group_count,
):
    """Pad, view as windows, multiply by the kernel; once for each group of features or of the batch."""
    require(x.kind is kernel.kind is F32, "dtype", x.kind.value)
    layout, groups = dimension_numbers, max(feature_group_count, batch_group_count)
    config = [(low, high, dilation - 1) for (low, high), dilation in zip(padding, lhs_dilation, strict=True)]
    x = pad(
        build, permute(x, layout.lhs_spec), Const(F32, 0.0), [(0, 0, 0), (0, 0, 0), *config]
    )  # batch, feature, space
    kernel = permute(build.materialize(kernel), layout.rhs_spec)  # output, input, space
    features, inputs, *taps = kernel.shape
    patches = windows(build.materialize(x), (1, 1, *taps), (1, 1, *window_strides), (1, 1, *rhs_dilation))
    for _ in ("batch", "feature"):
        patches = pick(patches, 2 + len(taps), ZERO)  # their windows have one element
    samples, share = patches.shape[0] // batch_group_count, features // groups
    target = build.allocate((samples, features, *patches.shape[2 : 2 + len(taps)]), F32)
    for group in range(groups):
        corner = (samples * group * (batch_group_count > 1), inputs * group * (feature_group_count > 1))
        some = _part(patches, corner, (samples, inputs))
        result = _correlate(build, some, _part(kernel, (group * share,), (share,)))
        if groups == 1:
            target = result
        else:
            build.copy(_part(target, (0, group * share), (samples, share)), result)
    return permute(target, _inverse(layout.out_spec))


def _part(value: Stored, corner, sizes) -> Stored:
    """Return the view of some entries of the first axes and all of the others."""
    rest = value.shape[len(sizes) :]
    return window(value, [*corner, *[0] * len(rest)], (*sizes, *rest))


def _correlate(build, patches: Stored, kernel: Stored) -> Value:
    """Contract windows [batch, input, place…, tap…] with a kernel [output, input, tap…]."""
    space = len(kernel.shape) - 2
    patches = permute(patches, (0, *range(2, 2 + 2 * space), 1))
    kernel = permute(kernel, (*range(2, 2 + space), 1, 0))
    result = contract(build, patches, kernel, 0, 1 + space)
    return permute(result, (0, 1 + space, *range(1, 1 + space)))


def _inverse(axes: Sequence[int]) -> list[int]:
    return [list(axes).index(axis) for axis in range(len(axes))]
