"""The one check that every hand-written backward pass must pass."""

import functools

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jax.test_util import check_grads

from dlbook.ops.by_hand import by_hand


def check_backward(forward, backward, *arrays, rtol=1e-10, **static):
    """Compare `backward` with autodiff and with finite differences, in 64-bit arithmetic.

    `arrays` are arrays, or shapes to fill with normal numbers; integer arrays must have gradient None.
    """
    forward, backward = (functools.partial(f, **static) for f in (forward, backward))
    with jax.enable_x64(True), jax.numpy_dtype_promotion("strict"):
        *keys, key_dy = jr.split(jr.key(7), len(arrays) + 1)
        arrays = [_array(a, key) for a, key in zip(arrays, keys, strict=True)]
        floating = [jnp.issubdtype(a.dtype, jnp.floating) for a in arrays]
        y, vjp = jax.vjp(forward, *arrays)
        dy = jr.normal(key_dy, y.shape, y.dtype)
        for ours, autodiff, has_gradient in zip(backward(dy, *arrays), vjp(dy), floating, strict=True):
            if not has_gradient:
                assert ours is None
                continue
            assert ours.shape == autodiff.shape and ours.dtype == autodiff.dtype
            np.testing.assert_allclose(ours, autodiff, rtol=rtol, atol=rtol)
        with jax.numpy_dtype_promotion("standard"):  # for check_grads' own arithmetic
            places = [i for i, has_gradient in enumerate(floating) if has_gradient]
            put = lambda some: [some[places.index(i)] if i in places else a for i, a in enumerate(arrays)]
            op = by_hand(forward, backward)
            check_grads(jax.jit(lambda *some: op(*put(some))), [arrays[i] for i in places], order=1, modes=["rev"])


def _array(spec, key):
    if isinstance(spec, tuple):
        return jr.normal(key, spec, "float64")
    spec = jnp.asarray(spec)
    return spec.astype("float64") if jnp.issubdtype(spec.dtype, jnp.floating) else spec
