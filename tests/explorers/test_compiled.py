"""The compiled kernel of a figure against JAX, and what the page is told about it."""

import base64
import zlib

import jax.numpy as jnp
import numpy as np
import pytest

from dlbook.explorers import Curve, Explorer, Range, compiled
from dlbook.live.jaxpr import Unsupported
from tests.explorers import figures
from tests.live.machine import Machine, difference


def machine_of(figure):
    settings = figure.arguments(figure.start)
    wanted = {slot.source for slot in figure.slots if slot.named} | {field.name for field in figure.sentence.fields}
    wanted -= set(figure.controls)
    return Machine(compiled.module(figure.function, settings, wanted)), wanted


def settle(machine, figure, positions):
    for (name, control), i in zip(figure.controls.items(), positions, strict=True):
        machine.write(f"settings['{name}']", control.arguments[i])


@pytest.mark.parametrize("positions", [(20, 9, 0, 3), (0, 0, 1, 0), (30, 29, 0, 77)])
def test_steps_equal_jax(positions):
    figure = figures.gate()
    machine, wanted = machine_of(figure)
    settle(machine, figure, positions)
    record = figure.record(positions)
    machine.call("init")
    for frame in range(4):
        machine.call("draw")
        for name in wanted:
            assert difference(machine.read(f"record['{name}']"), record[name][frame]) < 1e-4, (name, frame)
        machine.call("step_times", figure.steps.each)


@pytest.mark.parametrize("positions", [(20, 0, 0), (100, 10, 0), (0, 5, 0), (33, 5, 1)])
def test_a_call_equals_jax(positions):
    figure = figures.wave()
    machine, wanted = machine_of(figure)
    settle(machine, figure, positions)
    machine.call("call")
    record = figure.record(positions)
    for name in wanted:
        assert difference(machine.read(f"record['{name}']"), record[name]) < 1e-5, name


def test_the_page_gets_a_module_that_equals_the_compiled_one():
    figure = figures.wave()
    live = figure.live()
    binary = zlib.decompress(base64.b64decode(live["wasm"]))
    machine, wanted = machine_of(figure)
    assert binary.startswith(b"\0asm") and set(live["record"]) == wanted
    for kind in ("settings", "record"):
        for name, (offset, dtype, shape) in live[kind].items():
            array = machine.arrays[f"{kind}['{name}']"]
            assert (array["offset"], array["dtype"], array["shape"]) == (offset, dtype, shape)


def test_the_proof_holds_the_first_frames_and_everything_that_has_none():
    rows = lambda proof: {name: (count, every) for name, count, every in proof["entries"]}  # noqa: E731
    gate = figures.gate().live()["proof"]
    assert rows(gate) == {"field": (3, 2), "loss": (3, 1), "w": (3, 1), "right": (3, 1), "solved": (3, 1)}
    values = np.frombuffer(base64.b64decode(gate["values"]), "<f4")
    record = figures.gate()._start_record
    np.testing.assert_array_equal(values[: 3 * 41], record["field"][:3].reshape(3, 81)[:, ::2].ravel())
    assert rows(figures.wave().live()["proof"])["mean"] == (1, 1)


def test_a_kernel_that_cannot_be_compiled_is_refused_with_its_line():
    def solve(a):
        return dict(y=jnp.linalg.eigh(jnp.eye(3) * a)[0])

    figure = Explorer(solve, controls=dict(a=Range(0.0, 1.0)), views=[Curve("y")], title="Solve", describe="At {a}.")
    with pytest.raises(Unsupported, match="eigh.*test_compiled.py"):
        figure.html()


def test_a_module_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(compiled, "LIMIT", 1000)
    with pytest.raises(ValueError, match=r"Explorer 'Wave': the compiled kernel takes \d+ kB, it may take 1 kB"):
        figures.wave().html()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(describe="At {lost}."), "{lost} is neither a setting nor an entry"),
        (dict(describe=lambda settings, record: "x"), "describe must be a template, because the kernel is Steps"),
        (
            dict(controls=dict(seed=Range(0, 9))),
            "kernel takes seed, scale, learning_rate, flat; the controls are",
        ),
        (dict(frames=("step", [1, 2])), "as many numbers as the record, 13, got 2"),
    ],
)
def test_bad_live_figures_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        figures.gate(**changes)


def test_the_sentence_is_that_of_the_frame():
    figure = figures.gate()
    record = figure.record(figure.start)
    assert figure.summary(figure.start, record, 0).startswith("With rate 1, ")
    losses = {figure.summary(figure.start, record, k).split(" loss of ")[1][:5] for k in range(13)}
    assert losses == {f"{loss:.3f}" for loss in record["loss"]}


def test_a_divergence_is_said_with_its_frame():
    figure = figures.divergence()
    values = figure.record(figure.start)["x"]
    first = int(np.argmin(np.isfinite(values)))
    assert 0 < first < 30
    assert repr(figure).endswith(f"Not all numbers are finite from step {5 * first} on.")


def test_the_widget_types_a_seed():
    figure = figures.gate()
    box = figure.widget()
    seed = next(w for w in box.children[1].children if type(w).__name__ == "BoundedIntText")
    before = box.children[-1].value
    assert (seed.value, seed.min, seed.max) == (3, 0, 999)
    seed.value = 5
    assert box.children[-1].value != before
