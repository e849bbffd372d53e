"""Logarithms, and the inverses of the hyperbolic functions."""

import math

from dlbook.live.functions import coefficients as table
from dlbook.live.functions.library import absolute, function, is_nan, polynomial, signed_like
from dlbook.live.ir.expressions import F32, I32, Const, Expr, bitcast, convert, select, shift, unary


def mantissa(x: Expr) -> tuple[Expr, Expr]:
    """Return f and e with x = (1 + f) 2^e and 1 + f between sqrt(1/2) and sqrt(2)."""
    tiny = x < 2.0**-126
    bits = bitcast(select(tiny, x * 2.0**23, x), I32)
    e = shift("sar", bits - 0x3F3504F3, 23)  # the bits of sqrt(1/2)
    f = bitcast(bits - shift("shl", e, 23), F32) - 1.0
    return f, convert(e, F32) - select(tiny, 23.0, Const(F32, 0.0))


def special_logarithm(x: Expr, finite: Expr) -> Expr:
    """Return the logarithm of a number, given it for finite positive ones."""
    result = select(x.equals(math.inf), x, select(x.equals(0.0), -math.inf, finite))
    return select((x < 0.0) | is_nan(x), math.nan, result)


def logarithm(f: Expr, e: Expr) -> Expr:
    """ln(1 + f) + e ln 2, the small terms first."""
    square = f * f
    small = f * square * polynomial(table.LOG, f) + e * table.LN2_LOW - square * 0.5
    return (small + f) + e * table.LN2_HIGH


@function
def log(x):
    """ln(1 + f) + e ln 2 with x = (1 + f) 2^e."""
    return special_logarithm(x, logarithm(*mantissa(x)))


@function
def log2(x):
    """e + ln(1 + f) / ln 2 with x = (1 + f) 2^e, exact for powers of two."""
    f, e = mantissa(x)
    return special_logarithm(x, logarithm(f, Const(F32, 0.0)) * table.LOG2_E + e)


@function
def log1p(x):
    """Near zero f = x itself; elsewhere ln(u) + (x - (u - 1)) / u with u = 1 + x rounded."""
    u = x + 1.0
    near = (x > -0.2928) & (x < 0.4142)
    f, e = mantissa(u)
    lost = select(u < 2.0**24, (x - (u - 1.0)) / u, Const(F32, 0.0))
    finite = logarithm(select(near, x, f), select(near, 0.0, e)) + select(near, 0.0, lost)
    return select(x.equals(0.0), x, special_logarithm(u, finite))


@function
def asinh(x):
    """ln(|x| + sqrt(x^2 + 1)) with the sign of x, by way of log1p."""
    t = absolute(x)
    small = log1p(t + t * t / (unary("sqrt", t * t + 1.0) + 1.0))
    return signed_like(select(t > 1e9, log(t) + table.LN2, small), x)


@function
def acosh(x):
    """ln(x + sqrt(x^2 - 1)), by way of log1p."""
    t = x - 1.0
    small = log1p(t + unary("sqrt", t * (x + 1.0)))
    return select(x > 1e9, log(x) + table.LN2, small)


@function
def atanh(x):
    """ln((1 + x) / (1 - x)) / 2, by way of log1p."""
    t = absolute(x)
    return signed_like(log1p(t * 2.0 / (1.0 - t)) * 0.5, x)
