import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.ops import activations as A
from tests.gradients import check_backward

ELEMENTWISE = [
    (A.sigmoid, A.sigmoid_backward, {}, jax.nn.sigmoid),
    (A.tanh, A.tanh_backward, {}, jnp.tanh),
    (A.relu, A.relu_backward, {}, jax.nn.relu),
    (A.leaky_relu, A.leaky_relu_backward, {"slope": 0.2}, lambda x: jax.nn.leaky_relu(x, 0.2)),
    (A.elu, A.elu_backward, {"alpha": 0.7}, lambda x: jax.nn.elu(x, 0.7)),
    (A.softmax, A.softmax_backward, {}, jax.nn.softmax),
]
IDS = [op.__name__ for op, *_ in ELEMENTWISE]


@pytest.mark.parametrize("op, backward, static, library", ELEMENTWISE, ids=IDS)
def test_forward_is_the_library_function(op, backward, static, library):
    x = 3 * jr.normal(jr.key(0), (5, 4))
    np.testing.assert_allclose(op(x, **static), library(x), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("shape", [(7,), (5, 4), (2, 3, 4)])
@pytest.mark.parametrize("op, backward, static, library", ELEMENTWISE, ids=IDS)
def test_backward_is_the_gradient(op, backward, static, library, shape):
    check_backward(op, backward, shape, **static)


def test_step_is_1_from_0_on_and_passes_no_gradient():
    x = jnp.array([-2.0, -1e-7, 0.0, 3.0])
    assert A.step(x).tolist() == [0, 0, 1, 1]
    assert A.step_backward(jnp.ones(4), x)[0].tolist() == [0, 0, 0, 0]
    assert jax.vjp(A.step, x)[1](jnp.ones(4))[0].tolist() == [0, 0, 0, 0]


def test_maxout_backward_is_the_gradient():
    check_backward(A.maxout, A.maxout_backward, (5, 3, 4))


def test_relu_and_leaky_relu_are_maxout_of_two_lines():
    x = jnp.linspace(-2, 2, 9)
    np.testing.assert_allclose(A.maxout(jnp.stack([0 * x, x], -1)), A.relu(x))
    np.testing.assert_allclose(A.maxout(jnp.stack([0.1 * x, x], -1)), A.leaky_relu(x, slope=0.1))


@pytest.mark.parametrize(
    "op, backward, slope",
    [(A.relu, A.relu_backward, 0), (A.leaky_relu, A.leaky_relu_backward, 0.01), (A.elu, A.elu_backward, 1)],
    ids=["relu", "leaky_relu", "elu"],
)
def test_at_the_kink_the_slope_is_the_one_from_the_left(op, backward, slope):
    zero, one = jnp.zeros(1), jnp.ones(1)
    assert backward(one, zero)[0].tolist() == pytest.approx([slope])
    assert jax.vjp(op, zero)[1](one)[0].tolist() == pytest.approx([slope])


def test_a_piece_that_is_no_number_is_seen_in_the_gradient_of_maxout():
    x = jnp.array([[1.0, jnp.nan, 2.0], [3.0, jnp.inf, 0.0]])
    dx = jax.grad(lambda x: A.maxout(x).sum())(x)
    assert jnp.isnan(dx[0]).all()
    np.testing.assert_array_equal(A.maxout_backward(jnp.ones(2), x)[0], dx)


def test_tied_pieces_of_maxout_share_the_gradient():
    tied = jnp.array([[2.0, 2.0, 1.0]])
    assert A.maxout_backward(jnp.ones(1), tied)[0].tolist() == [[0.5, 0.5, 0]]


@pytest.mark.parametrize("op, backward, static, library", ELEMENTWISE, ids=IDS)
def test_far_out_nothing_overflows(op, backward, static, library):
    x = jnp.array([-1e4, -200.0, 200.0, 1e4])
    assert jnp.isfinite(op(x, **static)).all()
    assert jnp.isfinite(backward(jnp.ones(4), x, **static)[0]).all()
    assert jnp.isfinite(jax.vjp(lambda x: op(x, **static), x)[1](jnp.ones(4))[0]).all()


def test_softmax_rows_sum_to_1_and_forget_a_shift():
    scores = jr.normal(jr.key(1), (6, 5))
    np.testing.assert_allclose(A.softmax(scores).sum(1), 1, rtol=1e-6)
    np.testing.assert_allclose(A.softmax(scores + 100), A.softmax(scores), rtol=2e-5)


def test_softmax_of_the_example_scores():
    """Scores 4, 1, -4, as the notes print them, to three places."""
    np.testing.assert_allclose(A.softmax(jnp.array([4.0, 1.0, -4.0])), [0.952, 0.047, 0.0003], atol=6e-4)
