"""What cannot be compiled is refused when the book is built, by name and with the user's line."""

import inspect
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from dlbook.live.jaxpr import LOWERINGS, Unsupported, lowers
from dlbook.live.module import Entry, compile, link

X = jnp.ones((4, 4))
REFUSED = {
    "linear algebra": (lambda x: jnp.linalg.cholesky(x), "'cholesky': no lowering"),
    "special functions": (lambda x: jax.scipy.special.digamma(x), "'digamma': no lowering"),
    "callbacks": (
        lambda x: jax.pure_callback(lambda y: y, jax.ShapeDtypeStruct((4, 4), "float32"), x),
        "'pure_callback'",
    ),
    "other random generators": (lambda x: jax.random.bits(jax.random.key(0, impl="rbg"), (3,)), "parameter impl="),
    "bits of other widths": (lambda x: jax.random.bits(jax.random.key(0), (3,), "uint8"), "uint8"),
    "half precision": (lambda x: x.astype("bfloat16") * 2, "arrays of bfloat16 are not supported"),
    "small integers": (lambda x: x.astype("int8"), "arrays of int8"),
    "scatter with a function": (lambda x: x.at[0].apply(jnp.sin), "parameter update_jaxpr="),
    "reduction with a function": (lambda x: lax.reduce(x, 1.0, lambda a, b: a * b + a, (0,)), "'reduce'"),
    "windows with a function": (
        lambda x: lax.reduce_window(x, 1.0, lambda a, b: a * b + a, (2, 2), (1, 1), "VALID"),
        "'reduce_window'",
    ),
    "accuracy": (lambda x: lax.exp(x, accuracy=lax.Tolerance(0, 0, 1)), "parameter accuracy="),
    "less precision": (lambda x: lax.reduce_precision(x, 5, 10), "parameter exponent_bits=5"),
    "booleans in products": (lambda x: lax.dot(x > 0, x > 0, preferred_element_type=bool), "dtype=bool"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses(name):
    function, message = REFUSED[name]
    with pytest.raises(Unsupported, match=re.escape(message)):
        compile(function, X)


def test_names_the_line_of_the_user():
    def mistaken(x):
        return jnp.linalg.cholesky(x)

    line = inspect.getsourcelines(mistaken)[1] + 1
    with pytest.raises(Unsupported, match=rf"test_refusals\.py:{line}:\d+ \(.*mistaken\)"):
        compile(jax.jit(mistaken), X)


def test_names_the_lines_that_lead_there():
    inner = jax.jit(lambda x: jax.scipy.special.digamma(x))
    outer = jax.jit(lambda x: x + inner(x))
    line = inspect.currentframe().f_lineno
    with pytest.raises(
        Unsupported, match=rf"test_refusals\.py:{line - 2}.*, called from .*test_refusals\.py:{line - 1}"
    ):
        compile(outer, X)


def test_refuses_a_parameter_that_no_lowering_names(monkeypatch):
    """A new release of JAX may add parameters: they must not be ignored."""
    real = LOWERINGS["sin"]
    monkeypatch.setitem(LOWERINGS, "sin", real._replace(accepted={}))
    with pytest.raises(Unsupported, match="'sin': parameter accuracy=None is not understood"):
        compile(jnp.sin, X)


def test_refuses_a_lowering_that_returns_another_shape(monkeypatch):
    monkeypatch.setitem(LOWERINGS, "neg", None)
    lowers("neg")(lambda build, out, x: x.view((4,), lambda p: [p[0], p[0]]))
    with pytest.raises(Unsupported, match=r"'neg': its lowering gave float32\(4,\)"):
        compile(lambda x: -x, X)


def test_refuses_unpartitionable_random_bits():
    with jax.threefry_partitionable(False):
        with pytest.raises(Unsupported, match="parameter jax_threefry_partitionable=False"):
            compile(lambda s: jax.random.bits(jax.random.key(s), (3,)), 1)


def test_names_an_argument_of_a_wrong_type():
    with pytest.raises(Unsupported, match="arrays of uint8 are not supported"):
        compile(lambda x: x, np.zeros(3, np.uint8))


def test_entry_points_must_agree_on_shared_arrays():
    with pytest.raises(ValueError, match=r"link: draw takes x as float32\[3\], another entry point as float32\[4\]"):
        link(step=Entry(lambda x: x, (jnp.ones(4),), ("x",)), draw=Entry(lambda x: x.sum(), (jnp.ones(3),)))


def test_entry_points_must_return_what_they_say():
    with pytest.raises(ValueError, match="link: step must return 2 results"):
        link(step=Entry(lambda x: x, (jnp.ones(4),), ("x", "loss")))


def test_results_need_different_names():
    with pytest.raises(ValueError, match="link: step must return results of different names"):
        link(step=Entry(lambda x: (x, x), (jnp.ones(4),), ("x", "x")))


def test_every_lowering_says_what_it_understands():
    for name, lowering in LOWERINGS.items():
        kinds = {p.kind for p in inspect.signature(lowering.function).parameters.values()}
        assert inspect.Parameter.VAR_KEYWORD not in kinds, name
