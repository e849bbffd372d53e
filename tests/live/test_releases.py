"""What only some of the supported releases of JAX write into a jaxpr.

A primitive that the installed release lacks is stood in for by one of the same name that can be traced but not run:
the compiler knows primitives by their names.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from jax.experimental import hijax
from jax.extend.core import Primitive

from dlbook.live.jaxpr import LOWERINGS, flatten
from tests.live.machine import difference, largest_difference, run
from tests.live.test_functions import samples, ulps

HighLevel = getattr(hijax, "HiPrim", None) or hijax.VJPHiPrimitive  # the name before jax 0.11


def stand_in(name: str, **params):
    """Return a function of arrays that a jaxpr shows as one primitive, with the result's shape by broadcasting."""
    primitive = Primitive(name)

    @primitive.def_abstract_eval
    def result(x, *others, **_):
        shape = jnp.broadcast_shapes(x.shape, *(other.shape for other in others))
        return jax.core.ShapedArray(shape, x.dtype)

    return lambda *operands: primitive.bind(*map(jnp.asarray, operands), **params)


LOG2 = getattr(lax, "log2", stand_in("log2", accuracy=None))
ONE_MINUS_SQUARE = getattr(lax, "one_minus_square", stand_in("one_minus_square"))


def polynomial(x, coefficients):
    evaluate = getattr(lax, "polynomial", lambda x, c: stand_in("polynomial", unroll=3)(x, *c))
    return evaluate(x, coefficients)


def primitives(function, *arguments) -> set[str]:
    return {equation.name for equation in flatten(jax.make_jaxpr(function)(*arguments))[1]}


def test_the_operations_below_are_primitives():
    assert primitives(LOG2, 1.0) == {"log2"}
    assert primitives(ONE_MINUS_SQUARE, 1.0) == {"one_minus_square"}
    assert "polynomial" in primitives(lambda x: polynomial(x, [x, 2.0, 3.0]), 1.0)


@pytest.mark.parametrize("low, high", [(1e-30, 3.0), (3.0, 3e38), (0.99, 1.01)])
def test_logarithm_to_base_two_is_accurate(low, high):
    x = samples(low, high)
    (result,) = run(LOG2, x)
    assert ulps(result, np.log2(x.astype(float))).max() <= 2


def test_logarithm_to_base_two_of_special_values():
    powers = 2.0 ** np.arange(-149, 128)
    (result,) = run(LOG2, powers.astype(np.float32))
    assert np.array_equal(result, np.arange(-149, 128))
    (result,) = run(LOG2, np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan], np.float32))
    np.testing.assert_array_equal(result, np.array([-np.inf, -np.inf, 0.0, np.nan, np.inf, np.nan, np.nan]))


def test_one_minus_square_loses_nothing_near_one():
    x = np.concatenate([np.linspace(-3, 3, 601), 1 - np.geomspace(1e-7, 1e-2, 50)]).astype(np.float32)
    (result,) = run(ONE_MINUS_SQUARE, x)
    assert ulps(result, 1 - x.astype(float) ** 2)[np.abs(x) != 1].max() <= 2
    assert run(ONE_MINUS_SQUARE, jnp.arange(-3, 4))[0].tolist() == [-8, -3, 0, 1, 0, -3, -8]


def test_polynomial_begins_with_its_lowest_coefficient():
    x = np.linspace(-2, 2, 24, dtype=np.float32).reshape(4, 6)
    row = np.arange(6, dtype=np.float32)[None]
    (result,) = run(lambda x, row: polynomial(x, [1.0, 5.0, row, -2.0]), x, row)
    np.testing.assert_allclose(result, 1 + 5 * x + row * x**2 - 2 * x**3, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("mode", lax.AccuracyMode)
def test_functions_serve_each_mode_of_accuracy(mode):
    x = np.linspace(-5, 5, 40, dtype=np.float32)
    assert largest_difference(lambda x: lax.exp(lax.tanh(x, accuracy=mode), accuracy=mode), x) < 1e-6


@pytest.mark.parametrize("stable", [False, True])
def test_largest_entries_are_stable_in_any_case(stable):
    """Later releases of JAX say whether `top_k` is stable; this one is."""
    x = np.round(np.sin(np.arange(45.0)) * 2).astype(np.float32).reshape(5, 9) + 0.0  # no -0
    top_k = LOWERINGS["top_k"]
    assert "is_stable" in top_k.hints
    choose = dict(is_stable=stable) if "is_stable" in lax.top_k.__kwdefaults__ else {}
    values, places = run(lambda x: lax.top_k(x, 4, **choose), x)
    expected = np.argsort(-x, axis=1, kind="stable")[:, :4]
    assert np.array_equal(places, expected)
    assert np.array_equal(values, np.take_along_axis(x, expected, 1))


class Groups:
    """What later releases of JAX give a `scan` instead of two numbers: lengths of constants, carry and sequences."""

    def __init__(self, *lengths):
        self.lengths = lengths

    def unpack(self):
        return [[None] * length for length in self.lengths]


def test_scan_tells_constants_from_carry_by_groups(monkeypatch):
    """The parameters of a scan are replaced by those of the other releases."""

    def grouped(build, out, *operands, jaxpr, length, reverse, num_consts=0, num_carry=0, ft_in=None):
        if ft_in is None:
            ft_in = Groups(num_consts, num_carry, len(operands) - num_consts - num_carry)
        return real.function(build, out, *operands, jaxpr=jaxpr, length=length, reverse=reverse, ft_in=ft_in)

    def counted(build, out, *operands, jaxpr, length, reverse, num_consts=0, num_carry=0, ft_in=None):
        if ft_in is not None:
            num_consts, num_carry = (len(group) for group in ft_in.unpack()[:2])
        numbers = dict(num_consts=num_consts, num_carry=num_carry)
        return real.function(build, out, *operands, jaxpr=jaxpr, length=length, reverse=reverse, **numbers)

    def model(a, b, x):
        return lax.scan(lambda c, x: ((c[1] * a[0], c[2] + c[1] * x, c[0] - x), c[0] + b), (a[0], a[1], b), x)

    arguments = np.float32([0.5, 2.0]), np.float32(3.0), np.arange(5, dtype=np.float32)
    expected = jax.tree.leaves(jax.jit(model)(*arguments))
    real = LOWERINGS["scan"]
    for other in (grouped, counted):
        monkeypatch.setitem(LOWERINGS, "scan", real._replace(function=other))
        for result, reference in zip(run(model, *arguments), expected, strict=True):
            assert difference(result, np.asarray(reference)) < 1e-6


def test_a_function_traced_before_is_compiled_as_it_was():
    def doubled(x):
        return jax.jit(lambda y: jnp.sin(y) * 2).trace(x)(x)

    assert largest_difference(doubled, np.linspace(-3, 3, 9, dtype=np.float32)) < 1e-6


class Mixed(HighLevel):
    """Two results of two arguments, the first of which is a pair."""

    def __init__(self, pair, x, *, factor):
        self.in_avals, self.out_aval, self.params = (pair, x), (x, {"sum": x}), dict(factor=factor)
        super().__init__()

    def expand(self, pair, x):
        return self.factor * pair[0] - x, {"sum": jax.jit(jnp.add)(pair[1], x)}


def test_primitives_of_high_level_are_compiled_by_what_they_expand_to():
    def mixed(a, b, x):
        first, second = Mixed((jax.typeof(a), jax.typeof(b)), jax.typeof(x), factor=3.0)((a, b), x)
        return first * x, second["sum"]

    a, b, x = (np.float32([n, n + 2.0]) for n in (1, 5, 30))
    assert "call_hi_primitive" in str(jax.make_jaxpr(mixed)(a, b, x)) or "Mixed" in str(jax.make_jaxpr(mixed)(a, b, x))
    first, second = run(mixed, a, b, x)
    assert np.array_equal(first, (3 * a - x) * x)
    assert np.array_equal(second, b + x)
