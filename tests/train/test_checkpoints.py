"""A run that was stopped goes on and ends with the same bits; a folder that is not its own is left alone."""

import os
import signal
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import optax
import pytest

from dlbook.models import mlp
from dlbook.ops.dropout import draw_mask, dropout
from dlbook.train import adam, alternate, checkpoints, fit, momentum, sgd
from dlbook.train.optimizers import clipped
from tests.train.test_loop import mlp_size
from tests.train.test_sweep import DATA

OPTIONS = dict(learning_rate=0.05, batch_size=16, checkpoint_every=1)


def start(seed=0, sizes=(2, 4, 2)):
    return mlp.init(jr.key(seed), sizes)


def noisy(params, batch, key):
    x, labels = batch
    return mlp.loss(params, (dropout(x, draw_mask(key, x.shape, 0.5), rate=0.5), labels))


def held_back(params):
    return mlp.loss(params, DATA)


def go(folder, **changes):
    options = dict(loss=noisy, params=start(), data=DATA, key=jr.key(1), epochs=6, **OPTIONS) | changes
    return fit(options.pop("loss"), options.pop("params"), options.pop("data"), checkpoint=folder, **options)


def interrupted(monkeypatch, after, folder, go=go, **changes):
    """Run until Ctrl-C comes right behind the given part; return what the reader sees."""

    def note(kept, done, state, records):
        following(kept, done, state, records)
        if done == after:
            raise KeyboardInterrupt

    following = checkpoints.Checkpoints.note
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt) as caught:
        patch.setattr(checkpoints.Checkpoints, "note", note)
        go(folder, **changes)
    return caught.value


def same_bits(one, other):
    jax.tree.map(np.testing.assert_array_equal, one, other)
    assert jax.tree.structure(one) == jax.tree.structure(other)


def files(folder):
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


VARIANTS = {
    "plain descent": dict(optimizer=sgd),
    "momentum": dict(optimizer=momentum),
    "adam, metrics": dict(optimizer=adam, metrics=mlp_size),
    "optax": dict(optimizer=optax.adam),
    "optax with a key": dict(optimizer=lambda rate: optax.noisy_sgd(rate, key=jr.key(7))),
    "clipped": dict(optimizer=clipped(adam, 0.1)),
    "early stopping": dict(score=held_back, patience=1, learning_rate=0.5, metrics=mlp_size),
    "settings": dict(loss=mlp.loss, settings={"l2": 1e-3}),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_stopped_run_ends_with_the_same_bits(name, tmp_path, monkeypatch):
    whole = go(tmp_path / "whole", **VARIANTS[name])
    for after in (2, 5):
        interrupted(monkeypatch, after, tmp_path / "stopped", **VARIANTS[name])
    same_bits(go(tmp_path / "stopped", **VARIANTS[name]), whole)
    same_bits(go(tmp_path / "stopped", **VARIANTS[name]), whole)


def test_a_run_that_is_stored_is_the_run_that_is_not(tmp_path):
    stored, plain = go(tmp_path / "run"), go(None)
    jax.tree.map(partial(np.testing.assert_allclose, rtol=1e-5, atol=1e-7), stored, plain)
    assert all(isinstance(a, jax.Array) for a in jax.tree.leaves(stored))


def test_only_what_is_missing_is_computed(tmp_path):
    epochs = []
    counted = lambda params: jax.debug.callback(lambda: epochs.append(1))
    for wanted, computed in ((3, 3), (3, 0), (8, 5)):
        epochs.clear()
        run = go(tmp_path / "run", epochs=wanted, metrics=counted)
        jax.effects_barrier()
        assert len(epochs) == computed and len(run.loss) == wanted
    same_bits(run, go(tmp_path / "other", epochs=8, metrics=counted))


def test_a_stop_between_two_checkpoints_stores_the_last_whole_epoch(tmp_path, monkeypatch):
    error = interrupted(monkeypatch, 3, tmp_path / "run", checkpoint_every=100)
    assert error.__notes__ == [f"fit: 3 epochs are stored in {tmp_path / 'run'}; the same call goes on from there."]
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["3"]
    same_bits(go(tmp_path / "run", checkpoint_every=100), go(tmp_path / "whole"))


@pytest.mark.parametrize("program", ["fit", "alternate"])
def test_a_stop_while_a_part_is_awaited_stores_the_parts_before(program, tmp_path, monkeypatch):
    """Ctrl-C mostly comes then: what is stored must be of one part, the state and the records alike."""
    run = {"fit": go, "alternate": play}[program]
    awaited, wait = [], jax.block_until_ready

    def pressed(tree):
        awaited.append(1)
        if len(awaited) == 4:
            raise KeyboardInterrupt
        return wait(tree)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(jax, "block_until_ready", pressed)
        run(tmp_path / "run", checkpoint_every=100)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["3"]
    same_bits(run(tmp_path / "run", checkpoint_every=100), run(tmp_path / "whole"))


def test_the_last_two_checkpoints_are_kept(tmp_path):
    go(tmp_path / "run")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["5", "6"]


def test_every_second_epoch(tmp_path):
    go(tmp_path / "run", epochs=5, checkpoint_every=2)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["4", "5"]


def test_saving_takes_a_twentieth_of_the_time(tmp_path, monkeypatch):
    """An epoch lasts 0.5 s and a save 0.25 s, by a clock that only they move: after each save ten epochs go by."""
    now, saved = [0.0], []

    def save(manager, epoch, **_):
        saved.append(epoch)
        now[0] += 0.25

    kept = checkpoints.Checkpoints("fit", tmp_path, None, {})
    kept.manager = type("Manager", (), {"save": save, "close": lambda manager: None})()
    monkeypatch.setattr(checkpoints, "perf_counter", lambda: now[0])
    with kept:
        for epoch in range(1, 36):
            now[0] += 0.5
            kept.note(epoch, (), [()])
    assert saved == [1, 11, 21, 31, 35]


def test_a_bar_starts_where_the_run_goes_on(tmp_path, capsys):
    go(tmp_path / "run", epochs=3, progress=True)
    capsys.readouterr()
    go(tmp_path / "run", epochs=5, progress=True)
    shown = capsys.readouterr().err
    assert "3/5" in shown and "5/5" in shown and "loss=" in shown
    assert not any(f"{epoch}/5" in shown for epoch in (0, 1, 2))


def test_losses_that_are_no_number_are_stored_and_shown(tmp_path, capsys):
    broken = lambda params, batch, key: mlp.loss(params, batch) * jnp.nan
    go(tmp_path / "run", loss=broken, epochs=2)
    assert np.isnan(go(tmp_path / "run", loss=broken, epochs=3, progress=True).loss).all()
    assert "loss=nan" in capsys.readouterr().err


def test_a_mesh_goes_on_with_the_same_bits(tmp_path):
    mesh = jax.make_mesh((8,), ("batch",))
    go(tmp_path / "run", epochs=3, mesh=mesh)
    run = go(tmp_path / "run", mesh=mesh)
    same_bits(run, go(tmp_path / "whole", mesh=mesh))
    assert all(len(a.sharding.device_set) == 8 for a in jax.tree.leaves(run))


def test_another_mesh_goes_on_to_rounding(tmp_path):
    go(tmp_path / "run", epochs=3)
    there = go(tmp_path / "run", mesh=jax.make_mesh((4,), ("batch",)))
    jax.tree.map(partial(np.testing.assert_allclose, rtol=1e-4, atol=1e-6), there, go(tmp_path / "whole"))


X, LABELS = DATA
OTHERS = {
    r"params\[0\]\.w is float32\[2, 4\] with the hash \w+ there, float32\[2, 5\] with": dict(
        params=start(sizes=(2, 5, 2))
    ),
    r"params\[2\]\.w is absent there, float32\[4, 2\]": dict(params=start(sizes=(2, 4, 4, 2))),
    r"params\[0\]\.w is float32\[2, 4\] with the hash \w+ there, float32\[2, 4\] with": dict(params=start(3)),
    r"optimizer is dlbook.train.optimizers.adam there, dlbook.train.optimizers.sgd here": dict(optimizer=sgd),
    r"optimizer is dlbook.train.optimizers.adam there, dlbook\..*clipped.*\(float32 0.5, .*adam\)": dict(
        optimizer=clipped(adam, 0.5)
    ),
    r"batch_size is int32 16 there, int32 8 here": dict(batch_size=8),
    r"data\[0\] is float32\[64, 2\] with the hash \w+ there, float32\[63, 2\]": dict(data=(X[1:], LABELS[1:])),
    r"data\[1\] is int32\[64\] with the hash": dict(data=(X, LABELS[::-1])),
    r"key is key \[0, 1\] there, key \[0, 2\] here": dict(key=jr.key(2)),
    r"learning_rate is float32 0.05 there, float32 0.1 here": dict(learning_rate=0.1),
    r"settings\['l2'\] is absent there, float32 0.5 here": dict(loss=mlp.loss, settings={"l2": 0.5}),
    r"loss is tests.train.test_checkpoints.noisy there, dlbook.models.mlp.loss here": dict(loss=mlp.loss),
    r"score is None there, tests.train.test_checkpoints.held_back here": dict(score=held_back),
    r"metrics is .*<lambda> there, tests.train.test_loop.mlp_size here": dict(metrics=mlp_size),
}


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    go(folder, epochs=2)
    return folder


@pytest.mark.parametrize("message", OTHERS)
def test_another_run_is_refused_and_nothing_is_overwritten(message, stored):
    before = files(stored)
    with pytest.raises(ValueError, match=f"fit: .*run holds another run: .*({message})"):
        go(stored, **OTHERS[message])
    assert files(stored) == before


def test_many_differences_are_counted(stored):
    with pytest.raises(ValueError, match="; and 2 more"):
        go(stored, params=start(3), batch_size=8, learning_rate=0.1, patience=2)


def test_fewer_epochs_than_are_stored_are_refused(stored):
    with pytest.raises(ValueError, match="fit: epochs must lie between 2 and inf, got 1"):
        go(stored, epochs=1)


def test_a_folder_of_other_things_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match="fit: the folder of the checkpoints must hold nothing else, got notes.txt in"):
        go(tmp_path)
    with pytest.raises(ValueError, match="fit: checkpoint must name a folder, got the file .*notes.txt"):
        go(tmp_path / "notes.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_what_is_hidden_does_not_disturb(tmp_path):
    (tmp_path / ".DS_Store").write_text("")
    go(tmp_path, epochs=1)
    assert (tmp_path / ".DS_Store").exists()


def test_the_checkpoint_of_another_program_is_refused(tmp_path):
    import orbax.checkpoint as ocp

    with ocp.CheckpointManager(tmp_path) as manager:
        manager.save(4, args=ocp.args.StandardSave({"w": np.ones(3)}))
    with pytest.raises(ValueError, match="fit: the checkpoint .*4 cannot be read"):
        go(tmp_path)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of the reader that Orbax gives up
def test_a_spoilt_checkpoint_is_named_and_the_one_before_serves(tmp_path):
    go(tmp_path / "run", epochs=4)
    for path in (tmp_path / "run" / "4").rglob("*"):
        if path.is_file() and path.parent.name == "d":
            path.write_bytes(b"")
    with pytest.raises(ValueError, match="fit: the checkpoint .*run/4 cannot be read; once it is moved away, the run"):
        go(tmp_path / "run")
    (tmp_path / "run" / "4").rename(tmp_path / "spoilt")
    same_bits(go(tmp_path / "run"), go(tmp_path / "whole"))


def test_an_interval_below_one_epoch_is_refused(tmp_path):
    with pytest.raises(ValueError, match="fit: checkpoint_every must lie between 1 and inf, got 0"):
        go(tmp_path / "run", checkpoint_every=0)


def test_a_run_inside_a_sweep_cannot_be_stored(tmp_path):
    with pytest.raises(ValueError, match="fit: a run that is stored in checkpoints cannot be part of jit, vmap"):
        jax.vmap(lambda rate: go(tmp_path / "run", learning_rate=rate).loss)(jnp.array([0.1, 0.2]))


class Players(NamedTuple):
    one: jax.Array
    other: jax.Array


def push(own, other, batch, key, strength=1.0):
    return strength * own * other + (own * batch).mean() * jr.normal(key)


def play(folder, **changes):
    options = dict(key=jr.key(1), rounds=12, every=2, batch_size=4, steps=2, checkpoint_every=1) | changes
    players = options.pop("players", Players(jnp.ones(()), jnp.full((), 2.0)))
    return alternate((push, push), players, jnp.arange(9.0), checkpoint=folder, metrics=tuple, **options)


@pytest.mark.parametrize("optimizer", [sgd, (adam, momentum)])
def test_two_players_go_on_with_the_same_bits(optimizer, tmp_path, monkeypatch):
    whole = play(tmp_path / "whole", optimizer=optimizer)
    for after in (2, 5):
        error = interrupted(monkeypatch, after, tmp_path / "stopped", go=play, optimizer=optimizer)
        assert error.__notes__[0].startswith(f"alternate: {2 * after} rounds are stored in ")
    same_bits(play(tmp_path / "stopped", optimizer=optimizer), whole)
    same_bits(play(tmp_path / "stopped", optimizer=optimizer), whole)
    assert isinstance(whole.players, Players) and whole.loss.shape == (12, 2) and whole.metrics[0].shape == (6,)
    jax.tree.map(partial(np.testing.assert_allclose, rtol=1e-5), whole, play(None, optimizer=optimizer))


def test_more_rounds_go_on_and_fewer_are_refused(tmp_path):
    play(tmp_path / "run", rounds=8)
    same_bits(play(tmp_path / "run"), play(tmp_path / "whole"))
    with pytest.raises(ValueError, match="alternate: rounds must lie between 12 and inf, got 8"):
        play(tmp_path / "run", rounds=8)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"steps": 3}, "steps is int32 2 there, int32 3 here"),
        ({"every": 4}, "every is int32 2 there, int32 4 here"),
        ({"settings": ({}, {"strength": 2.0})}, r"settings\[1\]\['strength'\] is absent there, float32 2.0 here"),
        ({"learning_rate": (0.1, 0.2)}, r"learning_rates\[0\] is float32 0.001 there, float32 0.1 here"),
        ({"optimizer": (sgd, adam)}, r"optimizers\[0\] is dlbook.train.optimizers.adam there"),
        ({"players": Players(jnp.ones(()), jnp.ones(()))}, r"players\.other is float32 2.0 there, float32 1.0 here"),
    ],
)
def test_another_match_is_refused(changes, message, tmp_path):
    play(tmp_path / "run", rounds=4)
    with pytest.raises(ValueError, match=f"alternate: .*run holds another run: .*{message}"):
        play(tmp_path / "run", **changes)


def test_a_bar_counts_the_rounds(tmp_path, capsys):
    play(tmp_path / "run", rounds=4)
    play(tmp_path / "run", progress=True)
    shown = capsys.readouterr().err
    assert (
        "4/12" in shown
        and " 0/12" not in shown
        and "12/12" in shown
        and "first=" in shown
        and "second=" in shown
        and "round/s" in shown
    )


@pytest.mark.parametrize("changes", [{"checkpoint": "run"}, {"progress": True}])
def test_a_match_in_parts_needs_their_length(changes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="alternate: every, the rounds of a block, must be given for progress and"):
        alternate((push, push), Players(jnp.ones(()), jnp.ones(())), jnp.ones(3), key=jr.key(0), rounds=4, **changes)
    assert list(tmp_path.iterdir()) == []


def test_functions_are_known_by_what_they_were_given():
    name = lambda f: checkpoints.identity("fit", f=f)["f"]
    assert name(partial(adam, b1=0.5)) != name(partial(adam, b1=0.6)) != name(adam)
    assert name(partial(adam, b1=0.5)) == name(partial(adam, b1=0.5))
    assert name(clipped(adam, 1.0)) != name(clipped(adam, 2.0))
    assert name(jax.jit(mlp_size)) == name(mlp_size) == "tests.train.test_loop.mlp_size"


def test_orbax_is_imported_only_for_a_checkpoint():
    program = (
        "import sys, dlbook.train; sys.exit(any(m.split('.')[0] in ('orbax', 'tensorstore') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


KILLED = """
import os, random, signal, sys, time
from multiprocessing import Process

import jax, jax.numpy as jnp, jax.random as jr
import orbax.checkpoint

from dlbook.train import fit


def loss(params, batch, key):
    return ((batch @ params) ** 2).mean() + (params * jr.normal(key, params.shape)).sum() / 100


def run(folder, epochs):
    params, data = jnp.ones((64, 64)), jr.normal(jr.key(0), (32, 64))
    done = fit(loss, params, data, key=jr.key(1), epochs=epochs, batch_size=8, checkpoint=folder, checkpoint_every=1)
    print(folder[-5:], len(done.loss), float(done.loss.sum()).hex(), float(done.params.sum()).hex(), flush=True)
    os._exit(0)


def process(folder, epochs):
    child = os.fork()
    if child == 0:
        run(folder, epochs)
    return child


def newest():
    return max([int(name) for name in os.listdir(sys.argv[1]) if name.isdigit()] or [0])


signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell makes what it runs behind "&" ignore it
random.seed(0)
os.makedirs(sys.argv[1])
reached, left = [0], 0
for _ in range(int(sys.argv[3])):
    child = process(sys.argv[1], 10_000)
    while newest() <= reached[-1]:
        assert os.waitpid(child, os.WNOHANG) == (0, 0), "it does not go on"
        time.sleep(0.005)
    time.sleep(0.2 * random.random())
    os.kill(child, int(sys.argv[4]))
    os.waitpid(child, 0)
    reached.append(newest())
    left += any(not name.isdigit() for name in os.listdir(sys.argv[1]))
print("reached", *reached[1:], "unfinished", left, flush=True)
for folder in (sys.argv[1], sys.argv[2]):
    assert os.waitpid(process(folder, reached[-1] + 2), 0)[1] == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("by", ["SIGKILL", "SIGINT"])
def test_a_run_killed_again_and_again_ends_with_the_same_bits(by, tmp_path):
    folders = [str(tmp_path / name) for name in ("first", "whole")]
    how = [sys.executable, "-c", KILLED, *folders, "6", str(int(getattr(signal, by)))]
    out = subprocess.run(how, capture_output=True, text=True, timeout=300)
    print(out.stdout, out.stderr)
    killed, stopped, whole = out.stdout.splitlines()[-3:]
    reached = killed.split()[1:7]
    assert len(set(reached)) == 6
    assert stopped.removeprefix("first") == whole.removeprefix("whole")
    assert "KeyboardInterrupt" in out.stderr or by == "SIGKILL"


TOGETHER = """
import os, sys
import jax
jax.config.update("jax_num_cpu_devices", 2)

from dlbook.train import fit, join

address, number, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
join(address, processes=2, process=number, patience=60)
import jax.random as jr
import numpy as np
from dlbook.models import mlp
from tests.train.test_sweep import DATA


def run(name, epochs, every, learning_rate=0.05):
    mesh, params = jax.make_mesh((4,), ("batch",)), mlp.init(jr.key(0), (2, 8, 2))
    options = dict(learning_rate=learning_rate, batch_size=16, checkpoint=os.path.join(folder, name))
    return fit(mlp.loss, params, DATA, key=jr.key(1), epochs=epochs, mesh=mesh, checkpoint_every=every, **options)


whole = run("whole", 5, 1)
for every in (1, None):
    run(str(every), 3, every)
    same = jax.tree.map(lambda a, b: bool((np.asarray(a) == np.asarray(b)).all()), whole, run(str(every), 5, every))
    print("same", jax.tree.all(same), flush=True)
try:
    run("whole", 5, 1, learning_rate=0.1)
except ValueError as error:
    print("refused", "learning_rate is float32 0.05 there, float32 0.1 here" in str(error), flush=True)
"""


def test_two_processes_go_on_with_the_same_bits(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    call = lambda number: [sys.executable, "-c", TOGETHER, address, str(number), str(tmp_path)]
    options = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=Path(__file__).parents[2])
    pair = [subprocess.Popen(call(number), **options) for number in (0, 1)]
    try:
        said = [process.communicate(timeout=200)[0] for process in pair]
    finally:
        for process in pair:
            process.kill()
    for text in said:
        assert text.count("same True") == 2 and "refused True" in text, text
