import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import optax
import pytest

from dlbook.models import mlp
from dlbook.ops.affine import affine
from dlbook.ops.losses import squared_error
from dlbook.train import adam, fit, sgd
from tests.train.test_sweep import DATA


def start(seed=0, sizes=(2, 4, 2)):
    return mlp.init(jr.key(seed), sizes)


def test_learns_xor_from_any_of_ten_seeds():
    for seed in range(10):
        key_init, key_fit = jr.split(jr.key(seed))
        run = fit(mlp.loss, mlp.init(key_init, (2, 16, 2)), DATA, key=key_fit, learning_rate=0.05, epochs=100)
        assert mlp.accuracy(run.params, DATA) == 1


def test_one_full_batch_of_sgd_is_one_step_down_the_gradient():
    run = fit(mlp.loss, start(), DATA, key=jr.key(1), learning_rate=0.3, optimizer=sgd, epochs=1, batch_size=64)
    value, gradient = jax.value_and_grad(mlp.loss)(start(), DATA)
    assert run.loss[0, 0] == pytest.approx(float(value), rel=1e-5)
    wanted = jax.tree.map(lambda p, g: p - 0.3 * g, start(), gradient)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6), run.params, wanted)


def test_an_epoch_sees_every_sample_once_in_an_order_of_its_own():
    x = jnp.arange(12.0)[:, None]

    def loss(params, batch, key):
        return squared_error(params * batch, 0 * batch)

    def seen(params, batch, key):  # the loss tells which samples the batch holds
        return (2.0 ** batch[:, 0]).sum() + 0 * params

    run = fit(seen, jnp.zeros(()), (x), key=jr.key(3), epochs=3, batch_size=4, optimizer=sgd)
    np.testing.assert_array_equal(run.loss.sum(1), 2**12 - 1)
    assert len({tuple(row.tolist()) for row in run.loss}) == 3
    assert fit(loss, jnp.ones(()), x, key=jr.key(3), batch_size=5).loss.shape == (10, 2)  # two samples sit out


def test_optax_drops_in():
    losses = [fit(mlp.loss, start(), DATA, key=jr.key(1), optimizer=make, epochs=5).loss for make in (adam, optax.adam)]
    np.testing.assert_allclose(*losses, rtol=1e-4)


def test_settings_reach_the_loss():
    plain, decayed = (
        fit(mlp.loss, start(), DATA, key=jr.key(1), settings=settings, epochs=1).loss[0, 0]
        for settings in (None, {"l2": 0.5})
    )
    assert float(decayed - plain) == pytest.approx(0.25 * sum(float((w**2).sum()) for w, _ in start()), rel=1e-3)


def test_metrics_are_taken_after_each_epoch():
    run = fit(mlp.loss, start(), DATA, key=jr.key(1), epochs=4, metrics=lambda params: params[0].w.sum())
    assert run.metrics.shape == (4,)
    assert run.metrics[-1] == pytest.approx(float(run.params[0].w.sum()), rel=1e-5)


def test_a_progress_bar_changes_no_number(capsys):
    with_bar, without = (
        fit(mlp.loss, start(), DATA, key=jr.key(1), epochs=4, metrics=mlp_size, progress=progress)
        for progress in (True, False)
    )
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7), with_bar, without)
    assert "4/4" in capsys.readouterr().err


def mlp_size(params):
    return {"norm": (params[0].w ** 2).sum()}


def test_compiles_once():
    compilations = []
    listen = lambda event, seconds, **_: compilations.append(event) if event.endswith("backend_compile_duration") else 0
    fit(mlp.loss, start(0), DATA, key=jr.key(9), learning_rate=0.1)
    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        for seed in range(1, 4):
            params, key = start(seed), jr.key(seed)
            jax.block_until_ready((params, key))
            compilations.clear()
            fit(mlp.loss, params, DATA, key=key, learning_rate=0.1 * seed)
            assert compilations == []
        fit(mlp.loss, start(0), DATA, key=jr.key(9), batch_size=16)
        assert compilations
    finally:
        jax.monitoring.clear_event_listeners()


def test_divergence_is_data():
    def explodes(params, batch, key):
        return squared_error(affine(batch[0], *params[0]), 1e3 * batch[0])

    run = fit(explodes, start(sizes=(2, 2)), DATA, key=jr.key(1), learning_rate=1e3, optimizer=sgd, epochs=50)
    assert not np.isfinite(run.loss[-1, -1])


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_bad_learning_rate_is_refused(rate):
    with pytest.raises(ValueError, match="fit: learning_rate must be finite and above 0"):
        fit(mlp.loss, start(), DATA, key=jr.key(1), learning_rate=rate)


@pytest.mark.parametrize("size", [0, -3, 65])
def test_a_batch_that_cannot_be_filled_is_refused(size):
    with pytest.raises(ValueError, match=f"batch_size must lie between 1 and the 64 samples, got {size}"):
        fit(mlp.loss, start(), DATA, key=jr.key(1), batch_size=size)


def test_no_epoch_is_refused():
    with pytest.raises(ValueError, match="fit: epochs must lie between 1 and inf, got 0"):
        fit(mlp.loss, start(), DATA, key=jr.key(1), epochs=0)


def test_data_of_different_lengths_are_refused():
    x, labels = DATA
    with pytest.raises(ValueError, match=r"arrays of data must have one sample count, got \[63, 64\]"):
        fit(mlp.loss, start(), (x, labels[1:]), key=jr.key(1))


def test_a_label_out_of_range_is_found_among_many_before_anything_is_compiled():
    x, labels = DATA
    with pytest.raises(ValueError, match="softmax_cross_entropy: labels must lie between 0 and 1, got 2"):
        fit(mlp.loss, start(), (x, labels.at[37].set(2)), key=jr.key(1))


def test_shapes_that_do_not_match_are_named(as_reader):
    with pytest.raises(ValueError, match="affine: x has 2 features but w has 3"):
        fit(mlp.loss, start(sizes=(3, 2)), DATA, key=jr.key(1))


def falling(params, batch, key):
    """A loss whose gradient is -1, so that plain descent adds the learning rate at each step."""
    return -params + 0 * batch.sum()


def valley(params):
    return (params - 3.0) ** 2


@pytest.mark.parametrize("progress", [False, True])
def test_early_stopping_returns_the_best_epoch_and_leaves_the_others_out(progress):
    """One step an epoch: the parameter after epoch e is e + 1, best is 3 after epoch 2, two more are tried."""
    settings = dict(key=jr.key(0), learning_rate=1.0, optimizer=sgd, epochs=8, batch_size=4, progress=progress)
    run = fit(falling, jnp.zeros(()), jnp.zeros((4, 1)), score=valley, patience=2, **settings)
    assert run.params == 3 and run.best == 2
    np.testing.assert_array_equal(run.loss[:, 0], [0, -1, -2, -3, -4, np.nan, np.nan, np.nan])
    without = fit(falling, jnp.zeros(()), jnp.zeros((4, 1)), **settings)
    assert without.params == 8 and without.best is None


def test_patience_outlasts_a_worse_epoch():
    bumpy = lambda params: jnp.array([5.0, 3, 4, 4, 1, 9, 9, 9])[params.astype(int) - 1]
    settings = dict(key=jr.key(0), learning_rate=1.0, optimizer=sgd, epochs=8, batch_size=4, score=bumpy)
    one, three = (fit(falling, jnp.zeros(()), jnp.zeros((4, 1)), patience=patience, **settings) for patience in (1, 3))
    assert (one.params, one.best) == (2, 1) and (three.params, three.best) == (5, 4)


def test_patience_below_one_is_named():
    with pytest.raises(ValueError, match="fit: patience must lie between 1 and inf, got 0"):
        fit(mlp.loss, start(), DATA, key=jr.key(0), patience=0)
