import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np

from dlbook.ops.activations import leaky_relu, leaky_relu_backward
from dlbook.ops.by_hand import by_hand


def test_gives_the_value_of_the_forward_pass_and_the_gradient_of_the_backward_pass():
    x = jr.normal(jr.key(0), (5,))
    op = by_hand(leaky_relu, leaky_relu_backward, slope=0.3)
    np.testing.assert_array_equal(op(x), leaky_relu(x, slope=0.3))
    np.testing.assert_array_equal(jax.grad(lambda x: op(x).sum())(x), jnp.where(x > 0, 1, 0.3))


def test_a_wrong_backward_pass_is_what_jax_then_uses():
    wrong = by_hand(lambda x: x**2, lambda dy, x: (7 * dy,))
    assert jax.grad(wrong)(3.0) == 7
