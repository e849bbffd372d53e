import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.history import som

COLOURS = jr.uniform(jr.key(1), (300, 3))


def test_winner_is_the_nearest_unit_of_all():
    w = som.init(jr.key(0), 4, 7, 3)
    for x in COLOURS[:50]:
        nearest = min(np.ndindex(4, 7), key=lambda place: float(((w[place] - x) ** 2).sum()))
        assert tuple(som.winner(w, x).tolist()) == nearest


def test_step_is_the_formula_unit_by_unit():
    w, x, rate, radius = som.init(jr.key(0), 3, 4, 2), jnp.array([0.9, 0.2]), 0.3, 1.5
    after, (row, column) = som.step(w, x, rate, radius)
    for i, j in np.ndindex(3, 4):
        pull = rate * np.exp(-((i - row) ** 2 + (j - column) ** 2) / (2 * radius**2))
        np.testing.assert_allclose(after[i, j], w[i, j] + pull * (x - w[i, j]), rtol=1e-5)


def test_a_tiny_radius_moves_the_winner_alone():
    w = som.init(jr.key(0), 3, 3, 3)
    after, centre = som.step(w, COLOURS[0], 1.0, 1e-3)
    moved = (after != w).any(-1)
    assert moved.sum() == 1 and moved[tuple(centre)]
    np.testing.assert_allclose(after[tuple(centre)], COLOURS[0], rtol=1e-6)


def test_rate_and_radius_shrink_from_first_to_last():
    assert [float(som.shrunk((4.0, 0.25), share)) for share in (0.0, 0.5, 1.0)] == [4.0, 1.0, 0.25]


def test_a_tidy_grid_has_no_torn_sample_and_a_shuffled_one_has():
    ticks = jnp.linspace(0, 1, 6)
    tidy = jnp.stack(jnp.meshgrid(ticks, ticks, indexing="ij"), -1)
    x = jr.uniform(jr.key(2), (200, 2))
    shuffled = jr.permutation(jr.key(3), tidy.reshape(-1, 2)).reshape(6, 6, 2)
    assert som.topographic_error(tidy, x) == 0 and som.topographic_error(shuffled, x) > 0.5
    assert som.quantisation_error(tidy, x) == pytest.approx(float(som.quantisation_error(shuffled, x)), rel=1e-5)


def test_units_that_touch_at_a_corner_are_neighbours():
    far = jnp.full((3, 3, 2), 9.0)
    x = jnp.zeros((1, 2))
    for place, torn in (((1, 1), 0), ((0, 1), 0), ((0, 2), 1), ((1, 2), 1), ((2, 0), 1)):
        assert som.topographic_error(far.at[0, 0].set(0.1).at[place].set(0.2), x) == torn


def test_quantisation_error_is_the_mean_distance_to_the_nearest_unit():
    w = som.init(jr.key(0), 4, 4, 3)
    distances = jnp.linalg.norm(COLOURS[:, None] - w.reshape(-1, 3), axis=2).min(1)
    assert som.quantisation_error(w, COLOURS) == pytest.approx(float(distances.mean()), rel=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_the_map_unfolds(seed):
    key_init, key_fit = jr.split(jr.key(seed))
    start = 0.4 + 0.2 * som.init(key_init, 8, 8, 3)  # a clump in the middle
    w, winners = som.fit(start, COLOURS, key=key_fit, steps=2000)
    assert winners.shape == (2000, 2)
    assert som.quantisation_error(w, COLOURS) < 0.5 * som.quantisation_error(start, COLOURS)
    assert som.topographic_error(w, COLOURS) < 0.25 < 0.6 < som.topographic_error(start, COLOURS)


def test_a_wide_neighbourhood_keeps_all_units_together():
    """With one rate for all, every unit ends where the last samples were."""
    w, _ = som.fit(som.init(jr.key(0), 5, 5, 3), COLOURS, key=jr.key(1), radius=(1e4, 1e4), rate=(0.5, 0.5))
    assert (w.reshape(-1, 3).std(0) < 1e-3).all()


def test_fit_compiles_once():
    som._fit.clear_cache()
    w = som.init(jr.key(0), 3, 3, 3)
    for rate in (0.1, 0.7):
        som.fit(w, COLOURS, key=jr.key(1), steps=10, rate=(rate, 0.01), radius=(2 * rate, 0.5))
    assert som._fit._cache_size() == 1


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(rate=(0.0, 0.1)), "som.fit: rate must be finite and above 0, got 0.0"),
        (dict(radius=(3.0, -1.0)), "som.fit: radius must be finite and above 0, got -1.0"),
    ],
)
def test_says_what_is_wrong_with_the_schedule(as_reader, options, message):
    with pytest.raises(ValueError, match=message):
        som.fit(som.init(jr.key(0), 3, 3, 3), COLOURS, key=jr.key(1), **options)


def test_says_what_is_wrong_with_the_shapes(as_reader):
    with pytest.raises(ValueError, match="som.init: columns must lie between 1 and inf, got 0"):
        som.init(jr.key(0), 3, 0, 3)
    with pytest.raises(ValueError, match="som.fit: x has 3 features but w has 2"):
        som.fit(som.init(jr.key(0), 3, 3, 2), COLOURS, key=jr.key(1))


def test_runs_under_vmap_over_radius():
    w = som.init(jr.key(0), 3, 3, 3)
    fit = lambda radius: som.fit(w, COLOURS, key=jr.key(1), steps=20, radius=(radius, 0.5))[0]
    assert jax.vmap(fit)(jnp.array([1.0, 2.0])).shape == (2, 3, 3, 3)
