"""Layout primitives: the same numbers at other places.

Transposes, slices, broadcasts and their like are views and cost nothing; a reshape is
one where it only splits axes.  Concatenation and padding copy.
"""

from dlbook.live.builder import iota as positions
from dlbook.live.ir.expressions import Index
from dlbook.live.jaxpr import lowers
from dlbook.live.value import ZERO, Stored, Value, constant, permute, pick, split_axes, spread, window


@lowers("broadcast_in_dim")
def broadcast_in_dim(build, out, x, *, shape, broadcast_dimensions):
    """Repeat along new axes; a costly recipe is computed before it is repeated."""
    if len(shape) and out[0].shape != x.shape:
        x = build.reusable(x)
    return spread(x, shape, broadcast_dimensions)


@lowers("transpose")
def transpose(build, out, x, *, permutation):
    """Permute axes."""
    return permute(x, permutation)


@lowers("reshape")
def reshape_(build, out, x, *, new_sizes, dimensions):
    """Reshape, after a permutation if there is one."""
    return reshape(build, x if dimensions is None else permute(x, dimensions), new_sizes)


@lowers("squeeze", "expand_dims", hints=("dimensions",))
def squeeze(build, out, x):
    """Drop or add axes of size 1."""
    return reshape(build, x, out[0].shape)


def reshape(build, x: Value, shape) -> Value:
    """Reshape as a view if only axes are split, else through contiguous memory."""
    if x.shape == tuple(shape):
        return x
    view = split_axes(x, tuple(shape))
    if view is not None:
        return view
    x = build.contiguous(x)
    return Stored(shape, x.kind, x.buffer, x.offset)


@lowers("slice", hints=("limit_indices",))
def slice_(build, out, x, *, start_indices, strides):
    """Take every n-th element of a box."""
    return window(x, [int(s) for s in start_indices], out[0].shape, [int(s) for s in strides or [1] * len(x.shape)])


@lowers("rev")
def rev(build, out, x, *, dimensions):
    """Walk some axes backwards."""
    start = [n - 1 if axis in dimensions else 0 for axis, n in enumerate(x.shape)]
    return window(x, start, x.shape, [-1 if axis in dimensions else 1 for axis in range(len(x.shape))])


@lowers("split")
def split(build, out, x, *, sizes, axis):
    """Cut an axis into pieces."""
    x, start, parts = build.reusable(x), 0, []
    for size, piece in zip(sizes, out, strict=True):
        parts.append(window(x, [start if number == axis else 0 for number in range(len(x.shape))], piece.shape))
        start += int(size)
    return parts


@lowers("iota", hints=("dtype", "shape"))
def iota(build, out, *, dimension):
    """Return each element's position along an axis."""
    return positions(*out[0][:1], dimension, out[0].kind)


@lowers("empty", "empty2", hints=("dtype", "shape", "memory_space", "out_sharding"))
def empty(build, out):
    """Return an array whose contents do not matter."""
    return constant(*out[0], 0)


@lowers("concatenate")
def concatenate(build, out, *operands, dimension):
    """Copy the operands to neighbouring places."""
    target, start = build.allocate(*out[0]), 0
    for operand in operands:
        corner = [start if axis == dimension else 0 for axis in range(len(target.shape))]
        build.copy(window(target, corner, operand.shape), operand)
        start += operand.shape[dimension]
    return target


@lowers("stack")
def stack(build, out, *operands, axis):
    """Copy the operands to the entries of a new axis."""
    target = build.allocate(*out[0])
    for number, operand in enumerate(operands):
        build.copy(pick(target, axis, Index((), number)), operand)
    return target


@lowers("unstack")
def unstack(build, out, x, *, axis):
    """Return the entries of an axis."""
    x = build.reusable(x)
    return [pick(x, axis, Index((), number)) for number in range(len(out))]


@lowers("tile")
def tile(build, out, x, *, reps):
    """Repeat a whole array along its axes."""
    x, target = build.reusable(x), build.allocate(*out[0])
    build.loops(
        [*reps, *x.shape],
        lambda p: build.store(
            target,
            [repeat * n + inner for repeat, n, inner in zip(p[: len(reps)], x.shape, p[len(reps) :], strict=True)],
            x.at(p[len(reps) :]),
        ),
    )
    return target


@lowers("pad")
def pad_(build, out, x, filler, *, padding_config):
    """Pad with a number that may be computed."""
    return pad(build, x, filler.at([]), padding_config)


def pad(build, x: Value, filler, config) -> Value:
    """Pad each axis by (low, high, interior); negative numbers cut off.

    The result is filled with `filler`, then the elements that stay are copied to their
    places: element `i` of an axis goes to `low + i (interior + 1)`.
    """
    config = [tuple(int(n) for n in axis) for axis in config]
    if not any(any(axis) for axis in config):
        return x
    shape = [
        low + high + (0 if n == 0 else n + (n - 1) * interior)
        for n, (low, high, interior) in zip(x.shape, config, strict=True)
    ]
    target = build.allocate(shape, x.kind)
    build.loops(shape, lambda p: build.store(target, p, filler))
    kept = [_kept(n, size, *axis) for n, size, axis in zip(x.shape, shape, config, strict=True)]
    counts = [max(0, last - first + 1) for first, last in kept]
    corner = [low + first * (interior + 1) for (low, _, interior), (first, _) in zip(config, kept, strict=True)]
    if all(counts):
        places = window(target, corner, counts, [interior + 1 for _, _, interior in config])
        build.copy(places, window(x, [first for first, _ in kept], counts))
    return target


def _kept(n: int, size: int, low: int, high: int, interior: int) -> tuple[int, int]:
    """Return the first and last element of an axis that still lie inside after negative padding."""
    step = interior + 1
    return max(0, -(low // step)), min(n - 1, (size - 1 - low) // step)


@lowers("dynamic_slice")
def dynamic_slice(build, out, x, *starts, slice_sizes):
    """View a window whose place is computed."""
    corner = corners(build, starts, x.shape, slice_sizes)
    return window(build.materialize(x), corner, out[0].shape)


@lowers("dynamic_update_slice")
def dynamic_update_slice(build, out, x, update, *starts):
    """Copy an array, then write a window whose place is computed."""
    update = build.reusable(update)
    target = build.duplicate(x)
    build.copy(window(target, corners(build, starts, x.shape, update.shape), update.shape), update)
    return target


def corners(build, starts, shape, sizes) -> list[Index]:
    """Return start indices, clamped so that the window fits, as JAX does."""
    return [
        build.clamped(start.at([]), n - int(size)) if n > size else ZERO
        for start, n, size in zip(starts, shape, sizes, strict=True)
    ]
