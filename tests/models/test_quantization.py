import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.models import mlp
from dlbook.models.quantization import quantize

PARAMS = mlp.init(jr.key(0), (5, 7, 3))
PARAMS[1] = PARAMS[1]._replace(b=jnp.array([100.0, -3.0, 0.2]))


@pytest.mark.parametrize("bits", [2, 5, 8])
def test_no_number_changes_by_more_than_half_a_level(bits):
    words, restore = quantize(PARAMS, bits=bits)
    rounded = restore(words)
    assert jax.tree.structure(rounded) == jax.tree.structure(PARAMS)
    for before, after in zip(jax.tree.leaves(PARAMS), jax.tree.leaves(rounded), strict=True):
        assert jnp.abs(before - after).max() <= jnp.abs(before).max() / (2**bits - 2) * (1 + 1e-5)
        assert len(np.unique(after)) <= 2**bits - 1


def test_each_number_takes_one_byte_in_the_order_of_the_leaves():
    words, _ = quantize(PARAMS)
    count = sum(leaf.size for leaf in jax.tree.leaves(PARAMS))
    assert words.nbytes == 4 * -(-count // 4)
    levels = np.asarray(words).view("int8")
    expected = [np.round(leaf / np.abs(leaf).max() * 127) if leaf.any() else leaf for leaf in jax.tree.leaves(PARAMS)]
    np.testing.assert_array_equal(levels[:count], np.concatenate([np.ravel(leaf) for leaf in expected]))
    assert not levels[count:].any()


def test_zeros_stay_zeros_and_extremes_stay_what_they_are():
    words, restore = quantize([jnp.zeros(3), jnp.array([-8.0, 8.0, 1.0])])
    zeros, extremes = jax.jit(restore)(words)
    assert not zeros.any()
    np.testing.assert_allclose(extremes[:2], [-8, 8], rtol=1e-6)


def test_numbers_that_are_not_finite_and_too_many_bits_are_refused():
    with pytest.raises(ValueError, match="quantize: all parameters must be finite"):
        quantize([jnp.array([1.0, jnp.nan])])
    with pytest.raises(ValueError, match="quantize: bits must lie between 2 and 8, got 9"):
        quantize(PARAMS, bits=9)
