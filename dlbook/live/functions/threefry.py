"""Threefry 2x32, the hash behind JAX's random numbers."""

from dlbook.live.functions.library import Function
from dlbook.live.ir.expressions import U32, Expr, Local, shift


def rotated(x: Expr, bits: int) -> Expr:
    """Rotate 32 bits to the left."""
    return shift("shl", x, bits) | shift("shr", x, 32 - bits)


def threefry(key0: Expr, key1: Expr, x0: Expr, x1: Expr) -> tuple[Expr, Expr]:
    """Threefry 2x32 with 20 rounds :cite:`salmon2011parallel`: add, rotate, xor; every four rounds add a key."""
    keys = key0, key1, key0 ^ key1 ^ 0x1BD11BDA
    x0, x1 = x0 + key0, x1 + key1
    for group in range(5):
        for bits in ((13, 15, 26, 6), (17, 29, 16, 24))[group % 2]:
            x0 = x0 + x1
            x1 = rotated(x1, bits) ^ x0
        x0, x1 = x0 + keys[(group + 1) % 3], x1 + keys[(group + 2) % 3] + (group + 1)
    return x0, x1


def hashes() -> dict[str, Function]:
    """Return the functions that give the first word, the second, and both combined by xor."""
    names = ("key0", "key1", "x0", "x1")
    parameters = names, (U32,) * 4
    word0, word1 = threefry(*(Local(U32, name) for name in names))
    bodies = {"threefry word 0": word0, "threefry word 1": word1, "threefry xor": word0 ^ word1}
    return {name: Function(*parameters, body) for name, body in bodies.items()}
