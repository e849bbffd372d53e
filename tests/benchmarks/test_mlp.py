import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from benchmarks import mlp, race
from dlbook.train import fit, sgd

TASK = {"optimizer": "sgd", "batch_size": 128, "learning_rate": 0.1}


def test_the_peers_get_the_order_of_batches_that_fit_draws():
    def first_row(params, batch, key):
        return batch[0, 0] + 0 * params

    rows = jnp.arange(40.0)[:, None]
    seen = fit(first_row, jnp.zeros(()), rows, key=jr.key(5), epochs=mlp.EPOCHS, batch_size=8, optimizer=sgd).loss
    np.testing.assert_array_equal(seen, mlp.orders(jr.key(5), 40, 8)[:, :, 0])


def test_a_contender_is_timed_and_learns():
    lap = race.time_contender("benchmarks.mlp", "dlbook", TASK, repeats=2)
    assert lap["first"] > lap["warm"] > 0 and lap["loss"] < 0.5


def test_scikit_learn_does_the_same_work():
    losses = {name: mlp.CONTENDERS[name](TASK)() for name in ("dlbook", "scikit-learn")}
    mlp.same_quality(dict.fromkeys(mlp.EXACT, losses["dlbook"]) | losses)


@pytest.mark.parametrize("name, loss", [("torch", 0.32), ("torch", 0.28), ("scikit-learn", 0.4)])
def test_a_contender_that_did_other_work_is_disqualified(name, loss):
    fair = dict.fromkeys(mlp.CONTENDERS, 0.3)
    mlp.same_quality(fair)
    with pytest.raises(AssertionError, match=f"{name} ends at a loss of {loss}"):
        mlp.same_quality(fair | {name: loss})


def test_ratios_are_taken_lap_by_lap():
    lap = lambda warm: {"setup": 1.0, "first": 1.0, "warm": warm, "loss": 0.5}
    laps = {"dlbook": [lap(1.0), lap(2.0), lap(4.0)], "peer": [lap(3.0), lap(6.0), lap(20.0)]}
    row = race.summary(laps)["peer"]
    assert (row["ratio"], row["ratio_low"], row["ratio_high"], row["warm"]) == (3, 3, 5, 6)


def test_a_row_says_what_was_timed_and_how_it_spread():
    lap = {"setup": 1.0, "first": 2.0, "warm": 0.5, "loss": 0.5}
    row = race.summary({"dlbook": [lap] * 3})["dlbook"]
    assert set(row) == {"setup", "first", "warm", "loss", "ratio", "ratio_low", "ratio_high", "laps"}


def test_what_compiles_for_long_is_in_fewer_rounds():
    laps = {"dlbook": [{"setup": 1.0, "first": 1.0, "warm": w, "loss": 0.5} for w in (1.0, 2.0, 9.0)]}
    laps["torch, compiled"] = [lap | {"warm": 3 * lap["warm"]} for lap in laps["dlbook"][:2]]
    row = race.summary(laps)["torch, compiled"]
    assert (row["ratio"], row["laps"]) == (3, 2)


def test_a_first_run_compiles(monkeypatch):
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", "/somewhere")
    assert "JAX_COMPILATION_CACHE_DIR" not in race.without_caches()


def test_eager_pytorch_dispatches_dozens_of_operations_a_step(monkeypatch):
    pytest.importorskip("torch", reason="torch is not installed, so its operations were not counted: make race")
    monkeypatch.setattr(mlp, "EPOCHS", 1)
    assert 20 < mlp.operations(TASK) < 100


def test_the_machine_is_named_with_its_versions():
    told = race.machine(["jax", "numpy"])
    assert told["processor"] and told["cores"] >= 1 and set(told["versions"]) == {"jax", "numpy"}


def test_a_contender_that_fails_says_why():
    with pytest.raises(RuntimeError, match="dlbook failed on"):
        race.race("benchmarks.mlp", ["dlbook"], {"optimizer": "none"}, rounds=1)
