"""Starts are measured in fresh processes, with the cache of compiled programs that is meant."""

import pytest

from benchmarks import startup


def test_an_import_is_timed_in_a_process_that_has_imported_nothing(tmp_path):
    told = startup.fresh("import", "numpy", str(tmp_path))
    assert 0.01 < told["import"] < told["process"]  # an import that was done before takes microseconds


def test_a_filled_cache_saves_the_compilation(tmp_path):
    empty = startup.fresh("train", "dlbook, empty cache", str(tmp_path))
    stored = len(list(tmp_path.iterdir()))
    filled = startup.fresh("train", "dlbook, filled cache", str(tmp_path))
    assert stored > 0 and len(list(tmp_path.iterdir())) == stored
    assert filled["second"] < filled["first"] < empty["first"] < empty["process"]


def test_a_program_that_fails_says_why(tmp_path):
    with pytest.raises(RuntimeError, match="startup: no_such_module failed"):
        startup.fresh("import", "no_such_module", str(tmp_path))


def test_the_medians_are_of_all_rounds(monkeypatch):
    turn = iter(range(100))
    monkeypatch.setattr(startup, "fresh", lambda kind, name, cache: {"import": next(turn), "process": 1})
    monkeypatch.setattr(startup, "IMPORTS", ["numpy"])
    monkeypatch.setattr(startup, "PEERS", {})
    told = startup.measured(3)  # numpy, empty cache, filled cache: 0 1 2, 3 4 5, 6 7 8
    assert told["import"]["numpy"]["import"] == 3
    assert told["train"]["dlbook, filled cache"]["import"] == 5


def test_all_trainings_run_in_this_process():
    for name in ("dlbook", "scikit-learn"):
        seconds = startup.trained(name)
        assert set(seconds) == {"import", "first", "second"} and min(seconds.values()) > 0
