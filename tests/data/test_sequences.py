import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.data.sequences import adding_problem, copy_memory, recall
from dlbook.models import sequence_reader, tagger
from dlbook.ops.losses import squared_error
from dlbook.train import fit


def test_one_number_in_each_half_is_marked_and_the_answer_is_their_sum():
    x, y = adding_problem(jr.key(0), 500, steps=11)
    numbers, marks = np.asarray(x[:, :, 0]), np.asarray(x[:, :, 1])
    assert set(np.unique(marks)) == {0, 1}
    assert (marks[:, :5].sum(1) == 1).all() and (marks[:, 5:].sum(1) == 1).all()
    np.testing.assert_allclose(y[:, 0], [row[mark == 1].sum() for row, mark in zip(numbers, marks, strict=True)])
    assert np.abs(marks.mean(0)[:5] - 1 / 5).max() < 0.06 and np.abs(marks.mean(0)[5:] - 1 / 6).max() < 0.06


def test_to_answer_one_costs_a_sixth():
    y = adding_problem(jr.key(1), 20_000, steps=4)[1]
    assert float(((y - 1) ** 2).mean()) == pytest.approx(1 / 6, abs=0.005)


def test_the_string_is_asked_for_after_the_delay():
    x, y = copy_memory(jr.key(0), 4, delay=7, length=3, symbols=2)
    assert x.shape == y.shape == (4, 13)
    np.testing.assert_array_equal(x[:, :3], y[:, -3:])
    assert set(np.unique(x[:, :3])) == {1, 2}
    np.testing.assert_array_equal(x[:, 3:], [[0] * 6 + [3] + [0] * 3] * 4)
    assert not y[:, :10].any()


def test_the_sign_stands_at_the_first_step_only():
    x, sign = recall(jr.key(0), 400, noise=6, size=0.3)
    assert x.shape == (400, 7, 1) and set(np.unique(sign)) == {0, 1}
    np.testing.assert_array_equal(x[:, 0, 0], 2.0 * sign - 1)
    noise = np.asarray(x[:, 1:, 0])
    assert noise.std() == pytest.approx(0.3, rel=0.05)
    assert np.abs(np.corrcoef(sign, noise.T)[0, 1:]).max() < 0.2


def test_an_lstm_learns_to_add_over_a_few_steps():
    data = adding_problem(jr.key(0), 2000, steps=10)
    loss = lambda params, batch, key: sequence_reader.loss(params, batch, key, head=squared_error)
    params = sequence_reader.init(jr.key(1), 2, (16,), 1)
    run = fit(loss, params, data, key=jr.key(2), learning_rate=1e-2, epochs=15)
    assert 2 * run.loss[-1].mean() < 0.01 < 1 / 6 < 2 * run.loss[0, 0]


def test_a_gru_learns_to_copy_over_a_short_delay():
    """Who remembers nothing has 3 log 2 / 10 = 0.21 nats a step."""
    data = copy_memory(jr.key(0), 1024, delay=4, length=3, symbols=2)
    params = tagger.init(jr.key(1), 4, 3, (24,), cell="gru")
    run = fit(tagger.loss, params, data, key=jr.key(2), learning_rate=1e-2, epochs=15)
    assert run.loss[-1].mean() < 0.02


def test_says_what_is_wrong():
    with pytest.raises(ValueError, match="adding_problem: steps must lie between 2 and inf, got 1"):
        adding_problem(jr.key(0), 5, steps=1)
    with pytest.raises(ValueError, match="copy_memory: delay must be finite and above 0, got 0"):
        copy_memory(jr.key(0), 5, delay=0)
    with pytest.raises(ValueError, match="recall: noise must be finite and above 0, got 0"):
        recall(jr.key(0), 5, noise=0)
    assert jnp.isfinite(adding_problem(jr.key(0), 1, steps=2)[0]).all()
