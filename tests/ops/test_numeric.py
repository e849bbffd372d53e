import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dlbook.ops.affine import affine, affine_backward
from dlbook.ops.losses import softmax_cross_entropy, softmax_cross_entropy_backward
from dlbook.ops.numeric import certify, numerical_gradient, relative_error

X = jnp.array([[0.5, -1.0], [2.0, 0.3], [-0.7, 1.1]])


def test_differences_find_the_gradient_of_a_cubic():
    with jax.enable_x64(True):
        x = jnp.arange(6.0, dtype="float64").reshape(2, 3)
        np.testing.assert_allclose(numerical_gradient(lambda x: (x**3).sum(), x), 3 * x**2, rtol=1e-8, atol=1e-8)


def test_certificate_holds_for_a_right_backward_pass():
    certificate = certify(affine, affine_backward, X, jnp.ones((2, 4)), jnp.zeros(4))
    assert certificate.holds and certificate.arrays == ("x", "w", "b")
    assert "affine_backward: certified" in repr(certificate)


def test_certificate_leaves_integer_arrays_out():
    certificate = certify(softmax_cross_entropy, softmax_cross_entropy_backward, X, jnp.array([0, 1, 1]))
    assert certificate.holds and certificate.arrays == ("scores",)


@pytest.mark.parametrize("planted", [1.0, 1 + 1e-6, -1.0])
def test_certificate_of_an_op_with_two_results(planted):
    both = lambda x, w: (x * w, x + 2 * w)
    back = lambda dy, x, w: (dy[0] * w + dy[1], dy[0] * x + planted * 2 * dy[1])
    assert certify(both, back, X, X + 1).holds == (planted == 1)


@pytest.mark.parametrize("planted", [1 + 1e-6, -1.0, float("nan")])
def test_certificate_finds_a_planted_fault(planted):
    def faulty(dy, x, w, b):
        dx, dw, db = affine_backward(dy, x, w, b)
        return dx, planted * dw, db

    certificate = certify(affine, faulty, X, jnp.ones((2, 4)), jnp.zeros(4))
    assert not certificate.holds and "WRONG" in repr(certificate)
    assert certificate.autodiff[0] < 1e-10 and not certificate.autodiff[1] < 1e-10


def test_relative_error_is_absolute_below_1():
    assert relative_error(jnp.array([1e-3]), jnp.array([2e-3])) == pytest.approx(1e-3)
    assert relative_error(jnp.array([100.0]), jnp.array([101.0])) == pytest.approx(1 / 101)


def test_a_step_of_zero_is_refused():
    with pytest.raises(ValueError, match="numerical_gradient: step must be finite and above 0, got 0.0"):
        numerical_gradient(jnp.sum, jnp.ones(2), step=0.0)
