"""Transcendental functions: errors in units in the last place, against float64."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special
from jax import lax

from tests.live import derive_coefficients
from tests.live.machine import run

CLAIMS = {  # function, float64 reference, interval, largest error in ulp
    "exp": (lax.exp, np.exp, (-87, 88.7), 2),
    "exp2": (lax.exp2, np.exp2, (-126, 127.9), 2),
    "expm1": (lax.expm1, np.expm1, (-20, 88.7), 2),
    "expm1 near 0": (lax.expm1, np.expm1, (-1e-3, 1e-3), 2),
    "log": (lax.log, np.log, (1e-30, 3), 2),
    "log of large": (lax.log, np.log, (3, 3e38), 2),
    "log1p": (lax.log1p, np.log1p, (-0.999, 5), 2),
    "log1p near 0": (lax.log1p, np.log1p, (-1e-3, 1e-3), 2),
    "log1p of large": (lax.log1p, np.log1p, (5, 1e9), 2),
    "logistic": (lax.logistic, scipy.special.expit, (-80, 40), 3),
    "tanh": (lax.tanh, np.tanh, (-12, 12), 2),
    "sinh": (lax.sinh, np.sinh, (-85, 85), 4),
    "cosh": (lax.cosh, np.cosh, (-85, 85), 4),
    "sin": (lax.sin, np.sin, (-3.1, 3.1), 2),
    "cos": (lax.cos, np.cos, (-1.5, 1.5), 2),
    "tan": (lax.tan, np.tan, (-1.5, 1.5), 4),
    "atan": (lax.atan, np.arctan, (-20, 20), 2),
    "asin": (lax.asin, np.arcsin, (-0.999, 0.999), 4),
    "acos": (lax.acos, np.arccos, (-0.999, 0.999), 4),
    "asinh": (lax.asinh, np.arcsinh, (-50, 50), 4),
    "acosh": (lax.acosh, np.arccosh, (1.1, 50), 4),
    "atanh": (lax.atanh, np.arctanh, (-0.99, 0.99), 4),
    "erf": (lax.erf, scipy.special.erf, (-5, 5), 2),
    "erfc": (lax.erfc, scipy.special.erfc, (-5, 9), 8),
    "erf_inv": (lax.erf_inv, scipy.special.erfinv, (-0.9, 0.9), 4),
    "cbrt": (lax.cbrt, np.cbrt, (-1e6, 1e6), 2),
    "rsqrt": (lax.rsqrt, lambda x: 1 / np.sqrt(x), (1e-6, 1e6), 2),
    "square root": (lax.sqrt, np.sqrt, (0, 1e6), 0.5),
}
SAMPLES = 40_000


def ulps(result, exact) -> np.ndarray:
    with np.errstate(over="ignore"):
        return np.abs(result.astype(float) - exact) / np.spacing(np.abs(exact.astype(np.float32)))


def samples(low, high) -> np.ndarray:
    """Return even steps, and magnitudes from tiny to large."""
    scale = np.geomspace(1e-6, 1, SAMPLES // 4)
    points = np.concatenate([np.linspace(low, high, SAMPLES), low * scale, high * scale]).astype(np.float32)
    return points[(points >= low) & (points <= high)]


@pytest.mark.parametrize("name", CLAIMS)
def test_error_is_as_claimed(name):
    function, reference, (low, high), claim = CLAIMS[name]
    x = samples(low, high)
    with np.errstate(divide="ignore"):
        exact = reference(x.astype(float))
    (result,) = run(function, jnp.asarray(x))
    tiny = np.abs(exact) < 1.2e-38
    assert ulps(result, exact)[~tiny].max() <= claim
    assert np.abs(result[tiny]).max(initial=0) < 2e-38


def test_atan2_in_all_quadrants():
    grid = np.concatenate([np.linspace(-3, 3, 61), [-1e-20, 1e-20, 1e20]]).astype(np.float32)
    y, x = (a.ravel() for a in np.meshgrid(grid, grid))
    (result,) = run(jnp.arctan2, y, x)
    exact = np.arctan2(y.astype(float), x.astype(float))
    usual = np.abs(exact) > 1e-37
    assert ulps(result, exact)[usual].max() <= 3


def test_power_grows_less_accurate_with_the_exponent_only():
    x = np.linspace(0.01, 30, 400, dtype=np.float32)[:, None]
    y = np.linspace(-20, 20, 201, dtype=np.float32)[None]
    (result,) = run(jnp.power, x, y)
    exact = x.astype(float) ** y.astype(float)
    error = ulps(result, exact)
    size = np.abs(y * np.log(x))
    assert error[size < 8].max() <= 2
    assert error[size < 80].max() <= 8


def test_circular_functions_of_large_arguments():
    x = np.linspace(-1e5, 1e5, 50_001, dtype=np.float32)
    for function, reference in ((jnp.sin, np.sin), (jnp.cos, np.cos)):
        (result,) = run(function, x)
        assert np.abs(result - reference(x.astype(float))).max() < 1.5e-7
        (beyond,) = run(function, jnp.array([2e5, -1e30]))
        assert np.isnan(beyond).all()  # rather than a wrong number


def test_float_remainder_is_exact():
    x = np.linspace(-1000, 1000, 4001, dtype=np.float32)[:, None]
    y = np.array([0.1, 0.3, -7.5, 1.0, 1e-3, np.inf], np.float32)[None]
    (result,) = run(lax.rem, *(jnp.broadcast_to(a, (4001, 6)) for a in (x, y)))
    assert np.array_equal(result, np.fmod(x, y))


SPECIAL = np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 100.0, -100.0, 1e30, -1e30], np.float32)


@pytest.mark.parametrize(
    "name", "exp expm1 exp2 log log1p logistic tanh sinh cosh sqrt cbrt atan erf erfc sign floor round abs".split()
)
def test_special_values(name):
    (result,) = run(getattr(lax, name), SPECIAL)
    expected = np.asarray(jax.jit(getattr(lax, name))(SPECIAL))
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-37)


def test_power_of_special_values():
    base, exponent = np.meshgrid(SPECIAL, np.append(SPECIAL, [0.5, 2.0, 3.0, -2.0, -3.0]).astype(np.float32))
    (result,) = run(jnp.power, base, exponent)
    with np.errstate(all="ignore"):
        expected = np.power(base, exponent)
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-37)


def test_a_function_gives_the_same_everywhere():
    """Vector lanes and the scalar rest of a loop call the same code."""
    x = jnp.full(7, 1.234)
    for name in ("exp", "tanh", "erf_inv", "log1p", "sin"):
        (result,) = run(lambda x, name=name: getattr(lax, name)(x * 0.5), x)
        assert len(set(result.tolist())) == 1


def test_coefficients_are_those_that_the_script_derives():
    assert derive_coefficients.FILE.read_text() == derive_coefficients.text()
