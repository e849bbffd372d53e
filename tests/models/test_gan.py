import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.models import gan, mlp

SIZES = dict(generator=(3, 5, 2), discriminator=(2, 4, 1))
X = jr.normal(jr.key(0), (6, 2))
PLAYERS = gan.init(jr.key(1), **SIZES)
NORMAL = lambda x, mean, sd: jnp.exp(-(((x - mean) / sd) ** 2) / 2) / (sd * jnp.sqrt(2 * jnp.pi))
LINE = jnp.linspace(-12, 12, 2001)
CELL = float(LINE[1] - LINE[0])
P, Q = NORMAL(LINE, -1.0, 1.0), NORMAL(LINE, 1.5, 0.7)


def test_players_are_perceptrons():
    z = jr.normal(jr.key(2), (6, 3))
    np.testing.assert_array_equal(gan.generate(PLAYERS.generator, z), mlp.apply(PLAYERS.generator, z))
    np.testing.assert_array_equal(gan.score(PLAYERS.discriminator, X), mlp.apply(PLAYERS.discriminator, X)[:, 0])


def test_the_best_discriminator_is_the_data_s_share_of_the_density():
    best = gan.optimal_discriminator(P, Q)
    slope = jax.grad(gan.value)(best, P, Q)
    np.testing.assert_allclose(jnp.where(jnp.minimum(P, Q) > 1e-3, slope, 0), 0, atol=1e-3)
    others = jnp.clip(best + 0.05 * jr.normal(jr.key(3), (20, len(best))), 1e-6, 1 - 1e-6)
    assert (jax.vmap(lambda other: gan.value(other, P, Q, CELL))(others) < gan.value(best, P, Q, CELL)).all()
    np.testing.assert_array_equal(gan.optimal_discriminator(jnp.zeros(2), jnp.array([0.0, 1.0])), [0.5, 0])


def test_at_the_best_discriminator_the_value_is_the_divergence():
    best = gan.value(gan.optimal_discriminator(P, Q), P, Q, CELL)
    divergence = gan.jensen_shannon(P, Q, CELL)
    assert best == pytest.approx(2 * float(divergence) - 2 * np.log(2), rel=1e-4)
    assert 0.1 < divergence < np.log(2)
    assert gan.value(jnp.full_like(P, 0.5), P, P, CELL) == pytest.approx(-2 * np.log(2), rel=1e-4)
    assert gan.jensen_shannon(P, P, CELL) == pytest.approx(0, abs=1e-6)


def test_supports_that_do_not_meet_are_log_2_apart_however_far():
    p, q = jnp.array([1.0, 0, 0, 0]), jnp.array([0, 0, 0, 1.0])
    for other in (q, q[::-1][jnp.array([1, 0, 2, 3])]):
        assert gan.jensen_shannon(p, other) == pytest.approx(np.log(2), rel=1e-6)


def test_the_divergence_of_densities_that_nearly_vanish_is_finite():
    p, q = jnp.array([1.0, 2e-38, 1e-40, 0]), jnp.array([0, 0, 0, 1.0])
    for divergence in (gan.jensen_shannon, jax.jit(gan.jensen_shannon)):
        assert divergence(p, q) == pytest.approx(np.log(2), rel=1e-6)
        assert divergence(p, 100 * p[::-1]) < jnp.inf


def losses(kind, **settings):
    game = gan.game(kind, latent=3)
    first = game.discriminator(PLAYERS.discriminator, PLAYERS.generator, X, jr.key(5), **settings)
    return float(first), float(game.generator(PLAYERS.generator, PLAYERS.discriminator, X, jr.key(6)))


def scores():
    """Scores of the real samples, of the fakes that the discriminator's loss draws, and of the generator's."""
    z_first = jr.normal(jr.split(jr.key(5), 3)[0], (6, 3))
    z_second = jr.normal(jr.split(jr.key(6))[0], (6, 3))
    judge = lambda x: np.asarray(gan.score(PLAYERS.discriminator, x), "float64")
    return judge(X), *(judge(gan.generate(PLAYERS.generator, z)) for z in (z_first, z_second))


def test_each_kind_plays_its_game():
    real, first, second = scores()
    log_d, log_not = lambda s: -np.log1p(np.exp(-s)), lambda s: -np.log1p(np.exp(s))
    judged = -(log_d(real).mean() + log_not(first).mean())
    assert losses("minimax") == pytest.approx((judged, log_not(second).mean()), rel=1e-5)
    assert losses("non-saturating") == pytest.approx((judged, -log_d(second).mean()), rel=1e-5)
    assert losses("wasserstein") == pytest.approx((first.mean() - real.mean(), -second.mean()), rel=1e-4)


def test_the_same_game_is_the_same_functions():
    assert gan.game("minimax", latent=3) is gan.game("minimax", latent=3)
    assert gan.packed(2) is gan.packed(2)


def test_a_score_of_slope_one_has_no_penalty_and_of_slope_three_has_four():
    along = jnp.array([0.6, 0.8])
    for slope, wanted in ((1.0, 0.0), (3.0, 4.0), (0.0, 1.0)):
        score = lambda x, slope=slope: slope * x @ along
        assert gan.gradient_penalty(jr.key(0), score, X, X + 1) == pytest.approx(wanted, abs=1e-5)


def test_the_penalty_is_taken_between_real_and_false_samples():
    """The score is a square, whose slope is twice the distance from 0: its penalty tells where it was taken."""
    real, fake = jnp.full((500, 1), 2.0), jnp.full((500, 1), 4.0)
    found = gan.gradient_penalty(jr.key(0), lambda x: (x**2).sum(1), real, fake)
    assert found == pytest.approx(26.33, rel=0.05)  # the mean of (2 x - 1)² over x from 2 to 4 is 79 / 3


def test_a_pack_has_one_slope():
    """Of two samples whose scores add up with slope 1 each, the pack's slope is the root of 2."""
    score = gan.packed(2, lambda _, packs, labels=None: packs.sum(1))
    real, fake = jnp.zeros((6, 1)), jnp.ones((6, 1))
    found = gan.gradient_penalty(jr.key(0), lambda x: score(None, x), real, fake)
    assert found == pytest.approx((np.sqrt(2) - 1) ** 2, abs=1e-5)


def test_settings_add_a_penalty_and_noise():
    plain, with_penalty = losses("wasserstein"), losses("wasserstein", penalty=2.0)
    score = lambda x: gan.score(PLAYERS.discriminator, x)
    z = jr.normal(jr.split(jr.key(5), 3)[0], (6, 3))
    penalty = gan.gradient_penalty(jr.split(jr.key(5), 3)[2], score, X, gan.generate(PLAYERS.generator, z))
    assert with_penalty[0] - plain[0] == pytest.approx(2 * float(penalty), rel=1e-4)
    assert losses("wasserstein", noise=0.0) == pytest.approx(plain, rel=1e-6)
    assert losses("wasserstein", noise=0.5)[0] != pytest.approx(plain[0], rel=1e-3)


def test_a_packed_discriminator_sees_samples_side_by_side():
    wide = gan.init(jr.key(3), generator=(3, 5, 2), discriminator=(4, 4, 1)).discriminator
    wanted = gan.score(wide, jnp.concatenate([X[::2], X[1::2]], 1))
    np.testing.assert_allclose(gan.packed(2)(wide, X), wanted, rtol=1e-6)


def test_the_label_goes_into_both_networks():
    players = gan.init(jr.key(4), classes=3, **SIZES)
    assert players.generator[0].w.shape == (6, 5) and players.discriminator[0].w.shape == (5, 4)
    z, labels = jr.normal(jr.key(5), (2, 3)), jnp.array([0, 2])
    rows = jnp.concatenate([z, jnp.array([[1.0, 0, 0], [0, 0, 1]])], 1)
    np.testing.assert_allclose(
        gan.generate(players.generator, z, labels), mlp.apply(players.generator, rows), rtol=1e-5
    )
    game = gan.game(latent=3)
    batch = (X, jnp.array([0, 1, 2, 0, 1, 2]))
    first = game.discriminator(players.discriminator, players.generator, batch, jr.key(0))
    other = game.discriminator(players.discriminator, players.generator, (X, batch[1][::-1]), jr.key(0))
    assert first != pytest.approx(float(other), rel=1e-4)


def test_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="gan.init: discriminator has 2 outputs but score has 1"):
        gan.init(jr.key(0), generator=(2, 2), discriminator=(2, 2))
    with pytest.raises(ValueError, match="game: kind must be one of 'minimax', 'non-saturating', 'wasserstein', got"):
        gan.game("nash", latent=2)
    with pytest.raises(ValueError, match="conditioned: labels must lie between 0 and 2, got 3"):
        gan.conditioned(X, jnp.array([0, 1, 2, 3, 0, 0]), 5)
    with pytest.raises(ValueError, match="packed: size must be finite and above 0, got 0"):
        gan.packed(0)
