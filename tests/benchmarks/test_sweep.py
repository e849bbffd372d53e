import numpy as np
import pytest

from benchmarks import sweep

TASK = {"networks": 4, "epochs": 2, "batch_size": sweep.BATCH}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Four networks in the place of 64."""
    monkeypatch.setattr(sweep, "RATES", [0.05, 0.2])
    monkeypatch.setattr(sweep, "SEEDS", [0, 1])


def test_the_grid_has_64_points():
    (task,) = sweep.TASKS
    assert task["networks"] == 64


def test_all_at_once_and_one_by_one_give_the_same_losses():
    together, loop = (sweep.CONTENDERS[name](TASK)() for name in ("dlbook", "dlbook, loop"))
    assert together == pytest.approx(loop, rel=1e-4)


def test_scikit_learn_searches_the_same_grid():
    ours, theirs = (sweep.CONTENDERS[name](TASK)() for name in ("dlbook", "scikit-learn"))
    assert np.isfinite(theirs) and 0.5 < theirs / ours < 2


def test_pytorch_trains_the_same_networks():
    pytest.importorskip("torch", reason="torch is not installed, so its loop was not compared: make race")
    ours, theirs = (sweep.CONTENDERS[name](TASK)() for name in ("dlbook", "torch, loop, 1 thread"))
    assert theirs == pytest.approx(ours, rel=0.02)


def test_a_contender_that_did_other_work_is_disqualified():
    fair = dict.fromkeys(sweep.CONTENDERS, 0.3)
    sweep.same_quality(fair)
    with pytest.raises(AssertionError, match="scikit-learn ends at a loss of 0.4"):
        sweep.same_quality(fair | {"scikit-learn": 0.4})
