import pytest

from benchmarks import whole


def test_every_contender_has_its_program():
    for task in whole.TASKS:
        for name in whole.contenders(task):
            assert (whole.PROGRAMS / f"{task['program']}_{whole.FILES[name]}.py").exists()


@pytest.mark.parametrize("name, package", [("dlbook", "jax"), ("torch", "torch"), ("scikit-learn", "sklearn")])
def test_a_program_runs_from_start_to_end(name, package):
    pytest.importorskip(package, reason=f"{package} is not installed, so its program was not run: make race")
    assert 0.05 < whole.CONTENDERS[name]({"program": "mlp"})() < 0.2


def test_a_program_that_fails_says_why(monkeypatch, tmp_path):
    (tmp_path / "mlp_dlbook.py").write_text("raise SystemExit('no network today')")
    monkeypatch.setattr(whole, "PROGRAMS", tmp_path)
    with pytest.raises(RuntimeError, match="mlp_dlbook.py failed:\nno network today"):
        whole.CONTENDERS["dlbook"]({"program": "mlp"})()


def test_a_contender_that_did_other_work_is_disqualified():
    fair = {"dlbook": 0.11, "torch": 0.11, "scikit-learn": 0.1}
    whole.same_quality(fair)
    with pytest.raises(AssertionError, match="torch ends at a loss of 0.2"):
        whole.same_quality(fair | {"torch": 0.2})
    with pytest.raises(AssertionError, match="gensim, 2 workers ends at a loss of 3"):
        whole.same_quality({"dlbook": 2.5, "gensim, 2 workers": 3.0})
