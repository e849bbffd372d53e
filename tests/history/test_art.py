import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.history import art

PATTERNS = jr.bernoulli(jr.key(0), 0.4, (30, 12)).at[:, 0].set(True).astype("float32")


def passes(vigilance, times, slots=40, x=PATTERNS):
    params = art.init(slots, x.shape[1])
    for _ in range(times):
        params, shown = art.fit(params, x, vigilance=vigilance)
    return params, shown


@pytest.mark.parametrize("vigilance", [0.0, 0.3, 0.7, 1.0])
def test_search_stops_at_the_best_slot_that_passes(vigilance):
    """Brute force: sort all slots by choice, count those that fail before the first that does not."""
    params, _ = art.fit(art.init(12, 12), PATTERNS, vigilance=0.6)
    for x in PATTERNS:
        called, matched = np.asarray(art.choice(params, x)), np.asarray(art.match(params, x))
        order = np.argsort(-called, kind="stable")
        good = [slot for slot in order if matched[slot] >= np.float32(vigilance)]
        found = art.search(params, x, vigilance=vigilance)
        assert found.category == (good[0] if good else -1)
        assert found.resets == (order.tolist().index(good[0]) if good else len(order))


def test_choice_and_match_are_the_formulas():
    templates = jnp.array([[1, 1, 0, 0], [1, 1, 1, 1.0]])
    params = art.ART1(templates, jnp.array([True, False]))
    x = jnp.array([1, 0, 1, 0.0])
    np.testing.assert_allclose(art.choice(params, x, 0.5), [1 / 2.5, 2 / 4.5], rtol=1e-6)
    np.testing.assert_allclose(art.match(params, x), [1 / 2, 1])


def test_templates_only_lose_features_and_only_the_winners_does():
    params = art.init(40, 12)
    for x in PATTERNS:
        after, shown = art.step(params, x, vigilance=0.5)
        changed = (after.templates != params.templates).any(1)
        assert (after.templates <= params.templates).all()
        assert not changed.at[shown.category].set(False).any()
        np.testing.assert_array_equal(after.templates[shown.category], np.minimum(params.templates[shown.category], x))
        params = after


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("vigilance", [0.0, 0.4, 0.8, 1.0])
def test_learning_stops(vigilance, seed):
    """After at most as many passes as patterns another pass changes nothing, and nothing is searched."""
    x = jr.bernoulli(jr.key(seed), 0.4, (30, 12)).at[:, 0].set(True).astype("float32")
    params, before = passes(vigilance, len(x), x=x)
    again, shown = art.fit(params, x, vigilance=vigilance)
    for a, b in zip(params, again, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(shown.category, before.category)
    assert (shown.resets == 0).all()


def test_full_vigilance_gives_each_pattern_its_own_category():
    params, shown = passes(1.0, len(PATTERNS))
    np.testing.assert_array_equal(params.templates[shown.category], PATTERNS)
    distinct = {tuple(x) for x in np.asarray(PATTERNS).tolist()}
    assert len(set(shown.category.tolist())) == len(distinct)


def test_no_vigilance_means_no_reset():
    _, shown = passes(0.0, 1)
    assert (shown.resets == 0).all()


def test_more_vigilance_means_more_categories():
    counts = [int(passes(vigilance, 10)[0].committed.sum()) for vigilance in (0.0, 0.5, 0.8, 1.0)]
    assert counts == sorted(counts) and counts[0] < counts[-1]


def test_a_pattern_that_finds_no_room_changes_nothing():
    x = jnp.eye(3)
    params, shown = art.fit(art.init(2, 3), x, vigilance=0.9)
    assert shown.category.tolist() == [0, 1, -1] and shown.resets.tolist() == [0, 0, 2]
    np.testing.assert_array_equal(params.templates, x[:2])


def test_predict_ignores_free_slots():
    params, _ = art.fit(art.init(5, 3), jnp.eye(3)[:2], vigilance=0.9)
    assert art.predict(params, jnp.eye(3)).tolist()[:2] == [0, 1]
    assert params.committed[art.predict(params, jnp.eye(3))].all()


@pytest.mark.parametrize(
    "x, vigilance, message",
    [
        (jnp.full((1, 3), 0.5), 0.5, "art.fit: patterns must hold 0 and 1 only, got 0.5"),
        (jnp.eye(3).at[1].set(0.0), 0.5, "art.fit: a pattern must have a feature, got only zeros in row 1"),
        (jnp.eye(3), 1.5, "art.fit: vigilance must lie between 0 and 1, got 1.5"),
        (jnp.eye(4), 0.5, "art.fit: x has 4 features but templates has 3"),
    ],
)
def test_says_what_is_wrong(as_reader, x, vigilance, message):
    with pytest.raises(ValueError, match=message):
        art.fit(art.init(2, 3), x, vigilance=vigilance)


def test_says_what_is_wrong_with_alpha_and_sizes(as_reader):
    with pytest.raises(ValueError, match="art.fit: alpha must be finite and above 0, got 0.0"):
        art.fit(art.init(2, 3), jnp.eye(3), vigilance=0.5, alpha=0.0)
    with pytest.raises(ValueError, match="art.init: slots must lie between 1 and inf, got 0"):
        art.init(0, 3)


def test_fit_compiles_once():
    art._fit.clear_cache()
    for vigilance in (0.1, 0.9):
        art.fit(art.init(4, 3), jnp.eye(3), vigilance=vigilance)
    assert art._fit._cache_size() == 1
