"""Exponentials: e^x and what is made of it."""

from dlbook.live.functions import coefficients as table
from dlbook.live.functions.library import absolute, function, polynomial, power_of_two, scaled, signed_like
from dlbook.live.ir.expressions import I32, Expr, convert, maximum, minimum, select, unary


def reduced(x: Expr) -> tuple[Expr, Expr]:
    """Return e^r - 1 and n with x = n ln 2 + r and |r| <= ln(2) / 2."""
    x = minimum(maximum(x, -104.0), 89.0)
    n = unary("nearest", x * table.LOG2_E)
    r = (x - n * table.LN2_HIGH) - n * table.LN2_LOW
    return r + r * r * polynomial(table.EXP, r), convert(n, I32)


@function
def exp(x):
    """2^n e^r with x = n ln 2 + r."""
    rest, n = reduced(x)
    return scaled(rest + 1.0, n)


@function
def expm1(x):
    """2^n (e^r - 1) + (2^n - 1), which loses nothing near zero."""
    rest, n = reduced(x)
    scale = power_of_two(maximum(minimum(n, 64), -64))
    return select(n > 40, exp(x), scale * rest + (scale - 1.0))


@function
def exp2(x):
    """2^n e^(r ln 2) with x = n + r."""
    n = unary("nearest", minimum(maximum(x, -150.0), 129.0))
    r = (x - n) * table.LN2
    result = scaled(r + r * r * polynomial(table.EXP, r) + 1.0, convert(n, I32))
    return select(absolute(x) > 160.0, exp(x), result)


@function
def logistic(x):
    """1 / (1 + e^-x)."""
    return 1.0 / (exp(-x) + 1.0)


@function
def tanh(x):
    """A polynomial near zero; 1 - 2 / (e^2|x| + 1) with the sign of x elsewhere."""
    z = x * x
    small = x + x * z * polynomial(table.TANH, z)
    rest, n = reduced(minimum(absolute(x), 10.0) * 2.0)
    large = 1.0 - 2.0 / ((rest + 1.0) * power_of_two(n) + 1.0)
    return select(absolute(x) < 0.55, small, signed_like(large, x))


@function
def sinh(x):
    """(t + t / (t + 1)) / 2 with t = e^|x| - 1; half the argument twice where e^|x| overflows."""
    t = expm1(absolute(x))
    half = exp(absolute(x) * 0.5)
    large = half * 0.5 * half
    return signed_like(select(absolute(x) > 60.0, large, (t + t / (t + 1.0)) * 0.5), x)


@function
def cosh(x):
    """(e^x + e^-x) / 2; half the argument twice where e^|x| overflows."""
    half = exp(absolute(x) * 0.5)
    e = exp(absolute(x))
    return select(absolute(x) > 60.0, half * 0.5 * half, (e + 1.0 / e) * 0.5)
