"""The peers' loops end where ours does."""

import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks import lenet, lstm, mlp, peers

TASKS = {
    "mlp": (mlp, {"optimizer": "adam", "batch_size": 128, "learning_rate": 1e-3}),
    "lenet": (lenet, {"optimizer": "sgd", "batch_size": 64, "learning_rate": 0.05}),
    "lstm": (lstm, {"cell": "lstm", "batches": 12}),
    "gru": (lstm, {"cell": "gru", "batches": 12}),
}


@pytest.fixture(params=TASKS)
def work(request, monkeypatch):
    """A race's module with a task made short."""
    rules, task = TASKS[request.param]
    if rules is not lstm:
        monkeypatch.setattr(rules, "EPOCHS", 2)
    return rules, task


@pytest.mark.parametrize("name, package", [("torch", "torch"), ("keras", "keras")])
def test_a_peer_ends_where_we_do_and_a_second_run_starts_anew(work, name, package, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")  # else Keras looks for TensorFlow
    pytest.importorskip(package, reason=f"{package} is not installed, so its loop was not compared: make race")
    rules, task = work
    low, high = rules.BANDS[name]
    run, ours = rules.CONTENDERS[name](task), rules.CONTENDERS["dlbook"](task)()
    first, second = run(), run()
    assert low <= first / ours - 1 <= high
    assert second == pytest.approx(first, rel=1e-4)


def test_a_restart_brings_back_parameters_and_empties_the_memory():
    torch = pytest.importorskip("torch", reason="torch is not installed: make race")
    torch.manual_seed(0)
    net = torch.nn.Linear(3, 2)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    begin, restart = net.weight.detach().clone(), peers.torch_restart(net, optimizer)
    update = peers.torch_update(lambda x: net(x).square().mean(), optimizer)
    first = update(torch.ones(4, 3))
    assert not torch.equal(net.weight, begin) and update(torch.ones(4, 3)) < first
    restart()
    assert torch.equal(net.weight, begin) and update(torch.ones(4, 3)) == first
    assert optimizer.state[net.weight]["step"] == 1


def test_blocks_of_columns_are_put_in_another_order():
    np.testing.assert_array_equal(lstm.blocks(jnp.arange(8), (0, 1, 3, 2)), [0, 1, 2, 3, 6, 7, 4, 5])
