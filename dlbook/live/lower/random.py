"""Random bits: Threefry 2x32, bit for bit as JAX draws them.

A key is two words.  The n-th number of an array is a hash of the key and the counter n
:cite:`salmon2011parallel`, so that all numbers can be drawn independently, four at once.
"""

import math

import jax

from dlbook.live.ir.expressions import U32, Call, Const, Expr, Index, Position, bitcast, convert
from dlbook.live.jaxpr import lowers, require
from dlbook.live.value import Value, element, pick, row_major

NEVER = 2**32  # counters are words


def words(key: Value, position) -> tuple[Expr, Expr]:
    """Return the two words of the key at a position; a single key serves all positions."""
    first, second = (pick(key, len(key.shape) - 1, Index((), word)) for word in (0, 1))
    return element(first, position), element(second, position)


def counter(position, shape) -> Expr:
    """Return the number of a position in an array, counted row by row."""
    index = Index()
    for along, stride in zip(position, row_major(shape), strict=True):
        index = index + along * stride
    return convert(Position(index), U32)


def drawn(build, key: Value, shape, kind: str):
    """Return the function from positions to hashes; `kind` says which word of the hash, or both xored."""
    require(jax.config.jax_threefry_partitionable, "jax_threefry_partitionable", False)
    require(math.prod(shape) < NEVER, "shape", shape)
    rank = len(key.shape) - 1

    def at(position):
        draw = counter(position[rank:], shape)
        return Call(f"threefry {kind}", U32, (*words(key, position[:rank]), Const(U32, 0), draw))

    return at


@lowers("random_bits", keys=True)
def random_bits(build, out, key, *, bit_width, shape):
    """Draw words: both halves of the hash of each counter, combined by xor."""
    require(bit_width == 32, "bit_width", bit_width)
    target, draw = build.allocate(*out[0]), drawn(build, build.materialize(key), shape, "xor")
    build.loops(target.shape, lambda p: build.store(target, p, draw(p)))
    return target


@lowers("random_split", keys=True)
def random_split(build, out, key, *, shape):
    """Draw keys: the two words of the hash of each counter."""
    target, key = build.allocate(*out[0]), build.materialize(key)
    for word in (0, 1):
        part, draw = pick(target, len(target.shape) - 1, Index((), word)), drawn(build, key, shape, f"word {word}")
        build.loops(part.shape, lambda p, part=part, draw=draw: build.store(part, p, draw(p)))
    return target


@lowers("random_fold_in", keys=True)
def random_fold_in(build, out, key, data):
    """Hash a number under a key to a new key."""
    target, key = build.allocate(*out[0]), build.materialize(key)

    def visit(position):
        seed = bitcast(element(data, position), U32)
        for word in (0, 1):
            hashed = Call(f"threefry word {word}", U32, (*words(key, position), Const(U32, 0), seed))
            build.store(target, [*position, Index((), word)], hashed)

    build.loops(target.shape[:-1], visit)
    return target


@lowers("random_seed", keys=True)
def random_seed(build, out, seeds, *, impl):
    """Make keys of zero and the seed."""
    require(impl.name == "threefry2x32", "impl", impl)
    target = build.allocate(*out[0])

    def visit(position):
        build.store(target, [*position, Index()], Const(U32, 0))
        build.store(target, [*position, Index((), 1)], bitcast(seeds.at(position), U32))

    build.loops(seeds.shape, visit)
    return target


@lowers("random_wrap", keys=True)
def random_wrap(build, out, words, *, impl):
    """Take pairs of words as keys; in memory they are the same."""
    require(impl.name == "threefry2x32", "impl", impl)
    return words


@lowers("random_unwrap", keys=True)
def random_unwrap(build, out, key):
    """Take keys as pairs of words."""
    return key


@lowers("threefry2x32")
def threefry2x32(build, out, *operands):
    """Hash pairs of counters under keys that are given word by word."""
    targets = [build.allocate(*spec) for spec in out]
    operands = [build.reusable(operand) for operand in operands]
    for word, target in enumerate(targets):
        build.loops(
            target.shape,
            lambda p, word=word, target=target: build.store(
                target, p, Call(f"threefry word {word}", U32, tuple(operand.at(p) for operand in operands))
            ),
        )
    return targets
