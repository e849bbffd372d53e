from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import optax
import pytest

from dlbook import data
from dlbook.models import gan
from dlbook.train import adam, alternate, sgd, weight_clipped

ONE = jnp.zeros((1, 1))
PLAY = dict(key=jr.key(0), batch_size=1, optimizer=sgd)


class Pair(NamedTuple):
    x: jax.Array
    y: jax.Array


def up(own, other, batch, key):
    """The first player of the game x y: it wants the product small."""
    return own * other


def down(own, other, batch, key):
    return -own * other


ADAM = partial(adam, b1=0.5)
START = Pair(jnp.ones(()), jnp.ones(()))


def test_the_second_player_answers_the_first_ones_new_move():
    match = alternate((up, down), START, ONE, learning_rate=(0.1, 0.2), rounds=3, **PLAY)
    x, y, losses = 1.0, 1.0, []
    for _ in range(3):
        losses.append((x * y, -(x - 0.1 * y) * y))
        x -= 0.1 * y
        y += 0.2 * x
    assert match.players == pytest.approx((x, y), rel=1e-5) and isinstance(match.players, Pair)
    np.testing.assert_allclose(match.loss, losses, rtol=1e-5)


def test_the_product_game_circles_and_never_arrives():
    """Descent in turn keeps x² + y² - rate x y, so that the two go round their equilibrium for ever."""
    match = alternate((up, down), START, ONE, learning_rate=0.1, rounds=600, metrics=tuple, every=1, **PLAY)
    x, y = map(np.asarray, match.metrics)
    kept = x**2 + y**2 - 0.1 * x * y
    np.testing.assert_allclose(kept, kept[0], rtol=1e-3)
    assert (np.hypot(x, y) > 0.9).all() and x.min() < -0.9 < 0.9 < x.max()


def test_the_first_player_moves_k_times():
    count = lambda own, other, batch, key: -own + 0 * other
    for steps in (1, 5):
        match = alternate((count, count), START, ONE, learning_rate=1.0, steps=steps, rounds=4, **PLAY)
        assert match.players == (1 + 4 * steps, 5)


def test_each_step_draws_rows_and_noise_of_its_own():
    rows = jnp.arange(1000.0)[:, None]
    row = lambda own, other, batch, key: batch[0, 0] + 0 * own
    draw = lambda own, other, batch, key: jr.uniform(key) + 0 * own
    for tell in (row, draw):
        seen = alternate((tell, tell), START, rows, rounds=50, **PLAY).loss
        assert len(set(np.asarray(seen).ravel().tolist())) > 90
    np.testing.assert_array_equal(seen, alternate((draw, draw), START, rows, rounds=50, **PLAY).loss)


def test_blocks_change_no_number():
    """Each round draws its own samples and numbers, wherever in a block it stands."""
    tell = lambda own, other, batch, key: own * batch.mean() + jr.normal(key)
    runs = [alternate((tell, tell), START, jnp.arange(9.0), rounds=6, every=every, **PLAY).loss for every in (1, 3, 6)]
    assert len(np.unique(runs[0][:, 1])) == 6
    for run in runs:
        np.testing.assert_allclose(run, runs[0], rtol=1e-5)


def test_metrics_come_every_so_many_rounds():
    count = lambda own, other, batch, key: -own + 0 * other
    match = alternate(
        (count, count), START, ONE, learning_rate=1.0, rounds=6, every=2, metrics=lambda pair: pair.y, **PLAY
    )
    np.testing.assert_array_equal(match.metrics, [3, 5, 7])
    assert match.loss.shape == (6, 2)


def test_settings_and_optimisers_reach_their_player():
    pull = lambda own, other, batch, key, *, by=0.0: -by * own + 0 * other
    settings = ({"by": 2.0}, {"by": 3.0})
    match = alternate((pull, pull), START, ONE, learning_rate=1.0, rounds=1, settings=settings, **PLAY)
    assert match.players == (3, 4)
    mixed = PLAY | {"optimizer": (adam, sgd)}
    match = alternate((pull, pull), START, ONE, learning_rate=1.0, rounds=1, settings=settings, **mixed)
    assert match.players == pytest.approx((2, 4), rel=1e-5)  # Adam's first step is the rate


def test_clipped_weights_stay_in_their_box():
    rise = lambda own, other, batch, key: -own + 0 * other
    box = PLAY | {"optimizer": (weight_clipped(sgd, 1.5), sgd)}
    match = alternate((rise, rise), START, ONE, learning_rate=1.0, rounds=9, **box)
    assert match.players == (1.5, 10) and weight_clipped(sgd, 1.5) is weight_clipped(sgd, 1.5)


def test_optax_drops_in():
    x = data.ring_of_gaussians(jr.key(0), 100)[0]
    players = gan.init(jr.key(1), generator=(2, 8, 2), discriminator=(2, 8, 1))
    tell = dict(key=jr.key(2), rounds=5, batch_size=10)
    ours, theirs = (alternate(gan.game(latent=2), players, x, optimizer=o, **tell).loss for o in (adam, optax.adam))
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_learns_a_normal_distribution():
    """A straight generator, a critic of one hidden layer: mean and deviation of the data are found."""
    x = 3 + 0.5 * jr.normal(jr.key(0), (2000, 1))
    players = gan.init(jr.key(1), generator=(1, 1), discriminator=(1, 32, 1))
    rules = (weight_clipped(ADAM, 0.5), ADAM)
    told = dict(key=jr.key(2), learning_rate=1e-2, optimizer=rules, rounds=600, steps=3)
    match = alternate(gan.game("wasserstein", latent=1), players, x, **told)
    noise = jr.normal(jr.key(3), (2000, 1))
    before, after = (gan.generate(of.generator, noise)[:, 0] for of in (players, match.players))
    assert data.earth_mover_distance(after, x[:, 0]) < 0.1 < 2 < data.earth_mover_distance(before, x[:, 0])


def test_compiles_once_for_all_that_may_vary():
    compilations = []
    listen = lambda event, seconds, **_: compilations.append(event) if event.endswith("backend_compile_duration") else 0
    game, x = gan.game(latent=2), jnp.ones((20, 2))
    run = lambda seed, **more: alternate(
        game,
        gan.init(jr.key(seed), generator=(2, 4, 2), discriminator=(2, 4, 1)),
        x,
        key=jr.key(seed + 9),
        rounds=3,
        **more,
    )
    run(0, learning_rate=0.1, steps=1, settings=({"noise": 0.1}, {}))
    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        run(1, learning_rate=0.2, steps=4, settings=({"noise": 0.3}, {}))
        assert compilations == []
        run(2, learning_rate=0.2, steps=4)
        assert compilations
    finally:
        jax.monitoring.clear_event_listeners()


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"learning_rate": 0.0}, "alternate: learning_rate must be finite and above 0, got 0.0"),
        ({"learning_rate": (0.1, float("nan"))}, "learning_rate must be finite and above 0, got nan"),
        ({"rounds": 0}, "alternate: rounds must lie between 1 and inf, got 0"),
        ({"steps": 0}, "alternate: steps must lie between 1 and inf, got 0"),
        ({"batch_size": 0}, "alternate: batch_size must lie between 1 and inf, got 0"),
        ({"rounds": 10, "every": 3}, "alternate: every must divide the 10 rounds, got 3"),
    ],
)
def test_says_what_is_wrong(wrong, message, as_reader):
    with pytest.raises(ValueError, match=message):
        alternate((up, down), START, ONE, **(PLAY | wrong))


def test_data_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="must have one sample count"):
        alternate((up, down), START, (jnp.zeros((3, 1)), jnp.zeros(2)), **PLAY)
