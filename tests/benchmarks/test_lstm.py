import numpy as np
import pytest

from benchmarks import lstm, race
from dlbook.models import char_rnn

TASK = {"cell": "gru", "batches": 2}


def test_two_devices_do_the_work_of_one():
    """Each in a process of its own: a processor can be cut into devices only before JAX is first used."""
    laps = race.race("benchmarks.lstm", ["dlbook", "dlbook, 2 devices"], TASK, rounds=1, repeats=1)
    one, two = (lap["loss"] for (lap,) in laps.values())
    assert two == pytest.approx(one, rel=1e-5)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_pytorch_has_the_same_network(cell):
    torch = pytest.importorskip("torch", reason="torch is not installed, so its network was not compared: make race")
    windows, params, _ = lstm.start({"cell": cell, "batches": 1})
    table, layer, output = lstm.torch_network(params, cell)
    tokens = windows[:4, :-1].T
    with torch.no_grad():
        theirs = output(layer(table(torch.from_numpy(np.array(tokens)).long()))[0]).numpy()
    np.testing.assert_allclose(char_rnn.apply(params, tokens), theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["dlbook, 2 devices", "keras", "torch"])
def test_a_contender_that_did_other_work_is_disqualified(name):
    fair = dict.fromkeys(lstm.CONTENDERS, 2.0)
    lstm.same_quality(fair)
    with pytest.raises(AssertionError, match=f"{name} ends at a loss of 2.1"):
        lstm.same_quality(fair | {name: 2.1})
