import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.ops.embedding import embed, embed_backward
from tests.gradients import check_backward


@pytest.mark.parametrize("tokens", [4, [[1, 3, 0], [3, 1, 3]]])
def test_backward_is_the_gradient_and_adds_up_tokens_that_repeat(tokens):
    check_backward(embed, embed_backward, jnp.array(tokens), (5, 3))


def test_is_one_hot_times_the_table():
    tokens, table = jnp.array([[3, 0, 3], [1, 2, 3]]), jr.normal(jr.key(0), (4, 5))
    np.testing.assert_allclose(embed(tokens, table), jax.nn.one_hot(tokens, 4) @ table, rtol=1e-6)


@pytest.mark.parametrize("token", [-1, 5])
def test_a_token_out_of_range_is_named(token):
    with pytest.raises(ValueError, match=f"embed: tokens must lie between 0 and 4, got {token}"):
        embed(jnp.array([0, token]), jnp.zeros((5, 2)))
