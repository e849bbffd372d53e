"""Derive `dlbook/live/functions/coefficients.py`: run `python -m tests.live.derive_coefficients` to write it anew.

Each polynomial approximates a smooth remainder of a function, such as
(e^r - 1 - r) / r^2, where the leading terms are added exactly by the code that uses it.
Values come from `decimal` with 60 digits.  The fit minimises the largest error, weighted
by what the error does to the whole function (Lawson's iteration: least squares whose
weights grow where the error is large).  Coefficients are rounded to float32 one after the
other, the lowest first, and the others are fitted again.
"""

from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

FILE = Path(__file__).parents[2] / "dlbook" / "live" / "functions" / "coefficients.py"
POINTS = 240
HEADER = '''"""Coefficients of the functions here, lowest power first; derived by `tests/live/derive_coefficients.py`.

The comment of each polynomial is its largest error relative to the whole function, in
units of 2**-24, before the rounding of intermediate results.
"""

'''


class Fit(NamedTuple):
    """A polynomial to find: `remainder(x)` as a polynomial of `argument(x)`; `weight` scales its error."""

    low: float
    high: float
    terms: int
    remainder: Callable
    argument: Callable
    weight: Callable


def atan(x: Decimal) -> Decimal:
    return _series(x, lambda n, power: power / (2 * n + 1) * (-1) ** n, x * x)


def sin(x: Decimal) -> Decimal:
    total = term = x
    n = 1
    while abs(term) > Decimal("1e-62"):
        term *= -x * x / ((n + 1) * (n + 2))
        total, n = total + term, n + 2
    return total


def cos(x: Decimal) -> Decimal:
    return 1 - 2 * sin(x / 2) ** 2


def _series(x: Decimal, coefficient: Callable, step: Decimal) -> Decimal:
    """Sum coefficient(n, x step^n) until the powers vanish."""
    total, power, n = Decimal(0), x, 0
    while abs(power) > Decimal("1e-62"):
        total += coefficient(n, power)
        power, n = power * step, n + 1
    return total


@cache
def pi() -> Decimal:
    """Machin's formula."""
    return 4 * (4 * atan(Decimal(1) / 5) - atan(Decimal(1) / 239))


def tanh(x: Decimal) -> Decimal:
    e = (2 * x).exp()
    return (e - 1) / (e + 1)


def erf(x: Decimal) -> Decimal:
    """2/sqrt(pi) e^(-x^2) sum of 2^n x^(2n+1) / (1 3 5 … (2n+1)): all terms are positive."""
    total, term, n = Decimal(0), x, 0
    while abs(term) > Decimal("1e-62") * max(abs(total), Decimal("1e-30")):
        total, n = total + term, n + 1
        term *= 2 * x * x / (2 * n + 1)
    return 2 / pi().sqrt() * (-x * x).exp() * total


def scaled_erfc(x: Decimal) -> Decimal:
    """e^(x^2) erfc(x), by the continued fraction x + (1/2)/(x + 1/(x + (3/2)/(x + …)))."""
    if x < 2:
        return (x * x).exp() * (1 - erf(x))
    tail = x
    for n in range(400, 0, -1):
        tail = x + Decimal(n) / 2 / tail
    return 1 / (tail * pi().sqrt())


def erf_inv(w: Decimal) -> tuple[Decimal, Decimal]:
    """Return x = sqrt(1 - e^-w) and y with erf(y) = x, by Newton's method on erfc."""
    x = (1 - (-w).exp()).sqrt()
    below_one = (-w).exp() / (1 + x)  # 1 - x without cancellation
    y = x * Decimal("0.9") if w < 1 else (w - (w + 1).ln() / 2).sqrt()
    for _ in range(60):
        density = (-y * y).exp()
        error = erf(y) - x if y < 2 else below_one - density * scaled_erfc(y)
        step = error / (2 / pi().sqrt() * density)
        y -= max(min(step, Decimal("0.5")), Decimal("-0.5"))
        if abs(step) < Decimal("1e-40"):
            return x, y
    raise ArithmeticError(f"Newton's method does not converge at w = {w}")


def ratio(w: Decimal) -> Decimal:
    x, y = erf_inv(w)
    return y / x


LN2_HIGH = Decimal(355) / 512  # nine bits, so that its product with an exponent is exact

FITS = {
    "EXP": Fit(-0.3467, 0.3467, 5, lambda r: (r.exp() - 1 - r) / r**2, lambda r: r, lambda r: r**2 / r.exp()),
    "LOG": Fit(
        -0.2929, 0.41422, 9, lambda f: ((1 + f).ln() - f + f**2 / 2) / f**3, lambda f: f, lambda f: f**3 / (1 + f).ln()
    ),
    "SIN": Fit(1e-3, 0.7854, 3, lambda x: (sin(x) - x) / x**3, lambda x: x * x, lambda x: x**3 / sin(x)),
    "COS": Fit(1e-3, 0.7854, 3, lambda x: (cos(x) - 1 + x * x / 2) / x**4, lambda x: x * x, lambda x: x**4 / cos(x)),
    "ATAN": Fit(1e-3, 0.56, 6, lambda x: (atan(x) - x) / x**3, lambda x: x * x, lambda x: x**3 / atan(x)),
    "TANH": Fit(1e-3, 0.55, 5, lambda x: (tanh(x) - x) / x**3, lambda x: x * x, lambda x: x**3 / tanh(x)),
    "ERF": Fit(1e-3, 0.9, 7, lambda x: (erf(x) - x) / x, lambda x: x * x, lambda x: x / erf(x)),
    "ERFC": Fit(0.5, 10.5, 11, scaled_erfc, lambda x: (x - 2) / (x + 2), lambda x: 1 / scaled_erfc(x)),
    "ERF_INV_MIDDLE": Fit(1e-6, 5, 9, ratio, lambda w: w - Decimal("2.5"), lambda w: 1 / ratio(w)),
    "ERF_INV_TAIL": Fit(5, 17, 9, ratio, lambda w: w.sqrt() - 3, lambda w: 1 / ratio(w)),
}


def solve(fit: Fit) -> tuple[list[np.float32], float]:
    """Return the coefficients and the largest weighted error."""
    nodes = np.cos(np.pi * (np.arange(POINTS) + 0.5) / POINTS)
    points = [Decimal(x) for x in (fit.low + fit.high) / 2 + (fit.high - fit.low) / 2 * nodes]
    target, argument, weight = (
        np.array([float(f(x)) for x in points]) for f in (fit.remainder, fit.argument, fit.weight)
    )
    powers, found = argument[:, None] ** np.arange(fit.terms), []
    for number in range(fit.terms):
        rest = target - powers[:, :number] @ np.array(found, dtype=float)
        found.append(np.float32(_minimax(powers[:, number:], rest, np.abs(weight))[0]))
    return found, float(np.max(np.abs(weight * (powers @ np.array(found, dtype=float) - target))))


def _minimax(columns, target, weight, rounds: int = 60):
    """Fit by least squares whose weights grow where the error is large."""
    emphasis, best = np.ones(len(target)) / len(target), (np.inf, None)
    scale = np.max(np.abs(columns), 0)
    for _ in range(rounds):
        w = weight * np.sqrt(emphasis)
        solution = np.linalg.lstsq(columns / scale * w[:, None], target * w, rcond=1e-15)[0] / scale
        error = np.abs(weight * (columns @ solution - target))
        best = min(best, (error.max(), solution), key=lambda pair: pair[0])
        if error.max() == 0:
            break
        emphasis = emphasis * error
        emphasis /= emphasis.sum()
    return best[1]


def split_half_pi(bits: tuple[int, ...] = (8, 8, 8, 24)) -> list[Decimal]:
    """Split pi/2 into parts of so few bits that their products with small whole numbers are exact."""
    rest, parts = pi() / 2, []
    for n in bits:
        unit = Decimal(2) ** ((rest.ln() / Decimal(2).ln()).to_integral_value(rounding="ROUND_FLOOR") - n + 1)
        parts.append((rest / unit).to_integral_value(rounding="ROUND_FLOOR") * unit)
        rest -= parts[-1]
    return parts


def constants() -> dict[str, tuple | Decimal]:
    ln2 = Decimal(2).ln()
    return {
        "LOG2_E": 1 / ln2,
        "LN2": ln2,
        "LN2_HIGH": LN2_HIGH,
        "LN2_LOW": ln2 - LN2_HIGH,
        "TWO_OVER_PI": 2 / pi(),
        "HALF_PI": pi() / 2,
        "HALF_PI_PARTS": tuple(split_half_pi()),
    }


def text() -> str:
    """Return the whole file."""
    lines = [HEADER]
    with localcontext() as context:
        context.prec = 70
        for name, value in constants().items():
            numbers = value if isinstance(value, tuple) else (value,)
            shown = ", ".join(shortest(np.float32(str(v))) for v in numbers)
            lines.append(f"{name} = ({shown})\n" if isinstance(value, tuple) else f"{name} = {shown}\n")
        for name, fit in FITS.items():
            found, error = solve(fit)
            lines.append(f"\n{name} = (  # {error * 2**24:.3f}\n")
            lines.extend(f"    {shortest(c)},\n" for c in found)
            lines.append(")\n")
    return "".join(lines)


def shortest(x: np.float32) -> str:
    """Return the shortest decimal number that is this float32, as Python writes it."""
    return repr(float(str(x)))


if __name__ == "__main__":
    FILE.write_text(text())
