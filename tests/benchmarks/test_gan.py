import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from benchmarks import gan, race
from dlbook.train import alternate

TASK = {"rounds": 12, "steps": 2, "learning_rate": 1e-3}


def test_the_peer_gets_the_rows_and_the_noise_that_the_loop_draws():
    def seen(own, other, batch, key):
        ways = 3 if own.ndim else 2  # the discriminator's loss splits its key in three, the generator's in two
        noise = jr.normal(jr.split(key, ways)[0], (gan.BATCH, gan.LATENT))
        return batch[0, 0] + noise[0, 0] + 0 * own.sum()

    rows = jnp.arange(float(gan.SAMPLES))[:, None]
    players = (jnp.zeros(1), jnp.zeros(()))
    loss = alternate((seen, seen), players, rows, key=jr.key(2), rounds=3, steps=2, batch_size=gan.BATCH).loss
    (rows, noise), (row, last) = gan.draws(jr.key(2), 3, 2)
    np.testing.assert_allclose(loss[:, 0], rows[:, 1, 0] + noise[:, 1, 0, 0], rtol=1e-5)
    np.testing.assert_allclose(loss[:, 1], row[:, 0] + last[:, 0, 0], rtol=1e-5)


def test_a_contender_is_timed():
    lap = race.time_contender("benchmarks.gan", "dlbook", TASK, repeats=1)
    assert lap["first"] > 0 < lap["warm"] and 0.3 < lap["loss"] < 3


def test_pytorch_does_the_same_work():
    pytest.importorskip("torch")
    losses = {name: gan.CONTENDERS[name](TASK)() for name in ("dlbook", "torch, 1 thread")}
    gan.same_quality(dict.fromkeys(gan.CONTENDERS, losses["torch, 1 thread"]) | losses)


def test_a_contender_that_did_other_work_is_disqualified():
    fair = dict.fromkeys(gan.CONTENDERS, 1.0)
    gan.same_quality(fair)
    with pytest.raises(AssertionError, match="torch ends at a loss of 1.1"):
        gan.same_quality(fair | {"torch": 1.1})


def test_all_start_from_the_same_players():
    (_, one, _), (_, other, _) = gan.start(), gan.start()
    jax.tree.map(np.testing.assert_array_equal, one, other)
