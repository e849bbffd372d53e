import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.data import circles, xor
from dlbook.history import kernel_perceptron, perceptron


def signs(points):
    x, labels = points
    return x, 2.0 * labels - 1


def test_the_linear_kernel_gives_the_perceptron():
    """Kernel 1 + x.z: the same mistakes in each epoch and the same weights, also on data that no line separates."""
    x, y = signs(xor(jr.key(0), 40, 0.3))
    counts, mistakes = kernel_perceptron.fit(x, y, kernel=linear, epochs=7)
    params, expected = perceptron.fit(perceptron.init(2), x, y, epochs=7)
    assert (mistakes == expected).all()
    np.testing.assert_allclose((counts * y) @ x, params.w, atol=1e-4)
    np.testing.assert_allclose((counts * y).sum(), params.b, atol=1e-4)


def linear(x, z):
    return kernel_perceptron.polynomial(x, z, degree=1)


def test_degree_2_is_the_inner_product_of_six_features():
    x, z = jr.normal(jr.key(0), (5, 2)), jr.normal(jr.key(1), (4, 2))

    def phi(x):
        a, b, root = x[:, 0], x[:, 1], jnp.sqrt(2.0)
        return jnp.stack([jnp.ones(len(x)), root * a, root * b, a**2, b**2, root * a * b], 1)

    np.testing.assert_allclose(kernel_perceptron.polynomial(x, z), phi(x) @ phi(z).T, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kernel", [kernel_perceptron.gaussian, kernel_perceptron.polynomial])
@pytest.mark.parametrize("points", [xor(jr.key(1), 60, 0.1), circles(jr.key(2), 60, 0.03)], ids=["xor", "rings"])
def test_stops_making_mistakes_on_xor_and_rings(kernel, points):
    x, y = signs(points)
    counts, mistakes = kernel_perceptron.fit(x, y, kernel=kernel, epochs=60)
    assert mistakes[-1] == 0
    assert (jnp.sign(kernel_perceptron.scores(counts, y, kernel(x, x))) == y).all()
    assert counts.sum() == mistakes.sum()


def test_the_gaussian_kernel_is_positive_definite():
    """Its matrix has no negative eigenvalue, whatever the points and the width."""
    x = jr.normal(jr.key(3), (30, 2))
    for width in (0.1, 0.5, 2.0):
        gram = np.asarray(kernel_perceptron.gaussian(x, x, width), "float64")
        assert np.linalg.eigvalsh(gram).min() > -1e-5
        assert (np.diag(gram) == 1).all()


def test_the_gaussian_kernel_is_the_root_of_1_over_e_one_width_away():
    kernel = kernel_perceptron.gaussian(jnp.zeros((1, 2)), jnp.asarray([[0.3, 0.0], [0.0, -0.6]]), 0.3)
    np.testing.assert_allclose(kernel[0], [np.exp(-0.5), np.exp(-2)], rtol=1e-5)


def test_targets_must_be_signs(as_reader):
    with pytest.raises(ValueError, match="kernel_perceptron.fit: signs must be -1 or"):
        kernel_perceptron.fit(jnp.ones((2, 2)), jnp.asarray([0.0, 1.0]))
