"""Sums and products without loss: the rounded result, and what rounding lost; a remainder made of them."""

import math

from dlbook.live.functions.library import absolute, function, signed_like
from dlbook.live.ir.expressions import F32, I32, Expr, bitcast, select, unary


def two_sum(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """Return the rounded sum and what rounding lost."""
    total = a + b
    back = total - a
    return total, (a - (total - back)) + (b - back)


def two_product(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """Return the rounded product and what rounding lost (Dekker: factors in halves of 12 bits)."""

    def halves(x):
        high = bitcast(bitcast(x, I32) & -4096, F32)
        return high, x - high

    product, (a1, a0), (b1, b0) = a * b, halves(a), halves(b)
    return product, ((a1 * b1 - product) + a1 * b0 + a0 * b1) + a0 * b0


@function
def fmod(x, y):
    """x - y trunc(x / y), exactly; nan where the quotient has more than 24 bits."""
    left, divisor = absolute(x), absolute(y)
    quotient = unary("trunc", left / divisor)
    product, lost = two_product(quotient, divisor)
    rest = (left - product) - lost
    rest = select(rest < 0.0, rest + divisor, select(rest >= divisor, rest - divisor, rest))
    rest = select(quotient < 2.0**24, rest, math.nan)
    rest = select(divisor.equals(math.inf) & (left < math.inf), left, rest)
    return signed_like(rest, x)
