import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.data import blobs, circles, noisy_sine
from dlbook.history import rbf


def test_weights_are_those_of_numpys_least_squares():
    x, y = noisy_sine(jr.key(0), 40)
    centres = jnp.linspace(0, 1, 6)[:, None]
    design = np.column_stack([rbf.features(x, centres, 0.15), np.ones(40)]).astype("float64")
    expected, *_ = np.linalg.lstsq(design, np.asarray(y, "float64"), rcond=None)
    np.testing.assert_allclose(rbf.least_squares(x, y, centres, 0.15).w, expected, rtol=1e-3, atol=1e-4)


def test_a_bump_is_1_at_its_centre_and_the_root_of_1_over_e_one_width_away():
    heights = rbf.features(jnp.asarray([[0.0, 0.0], [0.3, 0.0], [0.0, -0.6]]), jnp.zeros((1, 2)), 0.3)
    np.testing.assert_allclose(heights[:, 0], [1, np.exp(-0.5), np.exp(-2)], rtol=1e-5)


def test_the_residual_is_perpendicular_to_every_bump():
    """What characterises least squares, without solving it again."""
    x, y = noisy_sine(jr.key(1), 60)
    params, _ = rbf.fit(jr.key(2), x, y, units=7, width=0.15)
    residual = y - rbf.predict(params, x)
    assert jnp.abs(rbf.features(x, params.centres, params.width).T @ residual).max() < 1e-3
    assert abs(residual.sum()) < 1e-3


def test_as_many_bumps_as_samples_pass_through_all_of_them():
    x = jnp.linspace(0, 1, 9)[:, None]
    y = jr.normal(jr.key(3), (9,))
    np.testing.assert_allclose(rbf.predict(rbf.least_squares(x, y, x, 0.08), x), y, atol=1e-4)


def test_k_means_never_gets_worse_and_finds_three_clouds():
    x, _ = blobs(jr.key(4), 300, 0.2)
    centres = rbf.init(jr.key(0), x, 3)
    distances = []
    for _ in range(10):
        centres, distance = rbf.step(centres, x)
        distances.append(float(distance))
    assert all(after <= before + 1e-6 for before, after in zip(distances, distances[1:], strict=False))
    triangle = jnp.asarray([[0.0, 1.5], [-1.3, -0.75], [1.3, -0.75]])
    assert jnp.linalg.norm(centres[:, None] - triangle, axis=-1).min(0).max() < 0.1


def test_a_centre_without_samples_stays():
    centres, _ = rbf.step(jnp.asarray([[0.0], [9.0]]), jnp.asarray([[1.0], [2.0]]))
    assert centres.tolist() == [[1.5], [9.0]]


def test_tells_rings_apart():
    x, labels = circles(jr.key(5), 200, 0.05)
    y = 2.0 * labels - 1
    params, distances = rbf.fit(jr.key(6), x, y, units=12, width=0.5)
    assert (jnp.sign(rbf.predict(params, x)) == y).mean() > 0.98
    assert distances[-1] < distances[0]


def test_bad_settings_are_refused(as_reader):
    x, y = jnp.ones((4, 1)), jnp.ones(4)
    with pytest.raises(ValueError, match="rbf.fit: width must be finite and above 0, got 0"):
        rbf.fit(jr.key(0), x, y, units=2, width=0)
    with pytest.raises(ValueError, match="rbf.init: units must lie between 1 and 4, got 5"):
        rbf.fit(jr.key(0), x, y, units=5, width=1.0)
    with pytest.raises(ValueError, match="rbf.fit: x has 4 samples but y has 3"):
        rbf.fit(jr.key(0), x, y[:3], units=2, width=1.0)
