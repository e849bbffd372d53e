"""Circular functions and their inverses."""

import math

from dlbook.live.functions import coefficients as table
from dlbook.live.functions.library import absolute, function, is_nan, polynomial, signed_like
from dlbook.live.ir.expressions import F32, I32, Const, Expr, bitcast, convert, maximum, minimum, select, unary


def _octant(x: Expr) -> tuple[Expr, Expr]:
    """Return r and n with x = n pi/2 + r and |r| <= pi/4; nan where |x| is too big to reduce (2^16 pi/2)."""
    n = unary("nearest", x * table.TWO_OVER_PI)
    r = x
    for part in table.HALF_PI_PARTS:
        r = r - n * part
    return select(absolute(n) < 65536.0, r, math.nan), convert(n, I32)


def _sine(r: Expr) -> Expr:
    z = r * r
    return r + r * z * polynomial(table.SIN, z)


def _cosine(r: Expr) -> Expr:
    z = r * r
    return (1.0 - z * 0.5) + z * z * polynomial(table.COS, z)


def _quarter(r: Expr, n: Expr) -> Expr:
    """Return the sine of r + n pi/2."""
    wave = select((n & 1).equals(0), _sine(r), _cosine(r))
    return select((n & 2).equals(0), wave, -wave)


@function
def sin(x):
    """The sine of what is left of x after quarter turns."""
    return _quarter(*_octant(x))


@function
def cos(x):
    """The sine a quarter turn ahead."""
    r, n = _octant(x)
    return _quarter(r, n + 1)


@function
def tan(x):
    """Sine over cosine, or minus the inverse after an odd number of quarter turns."""
    r, n = _octant(x)
    s, c = _sine(r), _cosine(r)
    return select((n & 1).equals(0), s / c, -c / s)


def _arctangent(t: Expr) -> Expr:
    """For t from 0 to 1; in the upper half, pi/4 plus that of (t - 1) / (t + 1)."""
    high = t > 0.55
    u = select(high, (t - 1.0) / (t + 1.0), t)
    z = u * u
    return select(high, table.HALF_PI / 2, Const(F32, 0.0)) + (u + u * z * polynomial(table.ATAN, z))


@function
def atan(x):
    """The arctangent of |x| or of its inverse, with the sign of x."""
    t = absolute(x)
    steep = t > 1.0
    angle = _arctangent(select(steep, 1.0 / t, t))
    return signed_like(select(steep, table.HALF_PI - angle, angle), x)


@function
def atan2(y, x):
    """The angle of the point (x, y): an octant by |y| / |x| or its inverse, then reflections."""
    across, up = absolute(x), absolute(y)
    steep = up > across
    ratio = minimum(across, up) / maximum(across, up)
    ratio = select(across.equals(up), select(across.equals(0.0), 0.0, Const(F32, 1.0)), ratio)
    angle = _arctangent(ratio)
    angle = select(steep, table.HALF_PI - angle, angle)
    angle = select(bitcast(x, I32) < 0, table.HALF_PI * 2 - angle, angle)
    return select(is_nan(x) | is_nan(y), math.nan, signed_like(angle, y))


@function
def asin(x):
    """The angle of the point (sqrt(1 - x^2), x)."""
    return atan2(x, unary("sqrt", (1.0 - x) * (x + 1.0)))


@function
def acos(x):
    """The angle of the point (x, sqrt(1 - x^2))."""
    return atan2(unary("sqrt", (1.0 - x) * (x + 1.0)), x)
