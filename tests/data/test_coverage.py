import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook import data

RING = data.ring_centres()


def test_true_samples_cover_all_modes_and_are_good_as_often_as_theory_says():
    found = data.coverage(data.grid_of_gaussians(jr.key(0), 20_000)[0], data.grid_centres(), 0.05)
    assert found.modes == 25
    assert found.good == pytest.approx(1 - np.exp(-4.5), abs=0.003)
    np.testing.assert_allclose(found.shares, found.good / 25, atol=0.01)


def test_a_collapsed_generator_is_seen():
    one = RING[3] + 0.02 * jr.normal(jr.key(1), (500, 2))
    found = data.coverage(one, RING, 0.02)
    assert found.modes == 1 and found.good > 0.97
    np.testing.assert_array_equal(found.shares > 0, jnp.arange(8) == 3)


def test_the_border_of_a_good_sample_is_three_deviations():
    at = lambda distance: data.coverage(RING[:1] + jnp.array([distance, 0.0]), RING, 0.1)
    assert (at(0.299).modes, at(0.299).good) == (1, 1) and (at(0.301).modes, at(0.301).good) == (0, 0)
    assert data.coverage(RING[:1] + 0.35, RING, 0.1, within=5.0).modes == 1


def test_the_centres_are_those_of_the_labels():
    for draw, centres in ((data.ring_of_gaussians, RING), (data.grid_of_gaussians, data.grid_centres())):
        x, mode = draw(jr.key(2), 100, 0.0)
        np.testing.assert_array_equal(x, centres[mode])


def test_coverage_compiles():
    x, _ = data.ring_of_gaussians(jr.key(0), 100)
    assert jax.jit(data.coverage)(x, RING, 0.02).modes == data.coverage(x, RING, 0.02).modes


def test_coverage_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="coverage: samples has 3 coordinates but centres has 2"):
        data.coverage(jnp.zeros((4, 3)), RING, 0.1)
    with pytest.raises(ValueError, match="coverage: deviation must be finite and above 0, got 0"):
        data.coverage(jnp.zeros((4, 2)), RING, 0)
