import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.ops.activations import relu, relu_backward
from dlbook.ops.affine import affine, affine_backward, affine_relu, affine_relu_backward
from tests.gradients import check_backward


@pytest.mark.parametrize("n, i, o", [(4, 3, 5), (1, 1, 1), (7, 2, 1)])
def test_backward_is_the_gradient(n, i, o):
    check_backward(affine, affine_backward, (n, i), (i, o), (o,))


def test_is_the_sum_over_inputs_plus_the_bias_for_each_unit():
    x, w, b = np.array([[1.0, 2.0]]), np.array([[3.0, -1.0, 0.5], [0.25, 2.0, -2.0]]), np.array([10.0, 20.0, 30.0])
    by_unit = [[sum(x[0, i] * w[i, o] for i in range(2)) + b[o] for o in range(3)]]
    np.testing.assert_allclose(affine(*map(jnp.float32, (x, w, b))), by_unit)


def test_features_that_differ_are_named(as_reader):
    with pytest.raises(ValueError, match="affine: x has 4 features but w has 3"):
        affine(jnp.zeros((2, 4)), jnp.zeros((3, 5)), jnp.zeros(5))


def test_a_bias_of_another_size_is_named_and_not_broadcast(as_reader):
    with pytest.raises(ValueError, match="affine: w has 5 units but b has 1"):
        affine(jnp.zeros((2, 3)), jnp.zeros((3, 5)), jnp.zeros(1))


@pytest.mark.parametrize("n, i, o", [(4, 3, 5), (1, 1, 1), (7, 2, 1)])
def test_backward_of_affine_relu_is_the_gradient(n, i, o):
    check_backward(affine_relu, affine_relu_backward, (n, i), (i, o), (o,))


def test_affine_relu_is_relu_after_affine_forward_and_backward():
    x, w, b = jr.normal(jr.key(0), (6, 3)), jr.normal(jr.key(1), (3, 4)), jr.normal(jr.key(2), (4,))
    dy, z = jr.normal(jr.key(3), (6, 4)), affine(x, w, b)
    np.testing.assert_array_equal(affine_relu(x, w, b), relu(z))
    two_steps = affine_backward(*relu_backward(dy, z), x, w, b)
    for one, two in zip(affine_relu_backward(dy, x, w, b), two_steps, strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_unit_of_affine_relu_on_the_kink_passes_nothing():
    x, w, b = jnp.ones((1, 2)), jnp.array([[1.0, 1.0], [-1.0, 1.0]]), jnp.zeros(2)  # pre-activations 0 and 2
    dx, dw, db = affine_relu_backward(jnp.array([[5.0, 7.0]]), x, w, b)
    np.testing.assert_array_equal(db, [0, 7])
    np.testing.assert_array_equal(dw, [[0, 7], [0, 7]])
    np.testing.assert_array_equal(dx, [[7, 7]])
