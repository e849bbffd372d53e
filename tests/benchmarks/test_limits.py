"""Operations and bytes are counted rightly, by hand and by the compiler, and shares are taken of the right limit."""

import json

import jax
import jax.numpy as jnp
import pytest

from benchmarks import clock, limits
from dlbook.ops.affine import affine
from dlbook.ops.recurrence import lstm_recurrence

LIMITS = {"peak": 100.0, "footprints": [8, 16, 32], "bandwidths": [10.0, 20.0, 5.0], "memory": 5.0, "cache": 20.0}


@pytest.fixture(scope="module")
def kernels():
    return limits.kernels()


@pytest.mark.parametrize(
    "name", ["affine 128x64x64", "affine 128x64x64, backward", "convolution 2, im2col", "convolution 2, library"]
)
def test_hand_and_compiler_count_the_same_operations(kernels, name):
    counts = limits.counted(kernels[name])
    assert counts["flops"] == pytest.approx(counts["compiler_flops"], rel=0.02)  # which adds the bias too


def test_the_bytes_of_an_affine_map_are_those_of_its_four_arrays():
    counts = limits.counted(limits.Kernel(affine, (jnp.ones((3, 5)), jnp.ones((5, 7)), jnp.ones(7))))
    assert counts["bytes"] == 4 * (3 * 5 + 5 * 7 + 7 + 3 * 7)


def test_the_compiler_counts_the_body_of_a_loop_once():
    """Why the products of the recurrences are counted by hand: one step of them, or two, is all it sees of 64."""
    counts = limits.counted(limits._recurrence(64, 32, 128)["LSTM"])
    step = counts["flops"] / 64
    assert step == 2 * 32 * 128 * 512 and step < counts["compiler_flops"] < 2 * step


def test_tiles_do_more_operations_than_they_are_credited_with(kernels):
    counts = limits.counted(kernels["convolution 2 and pool, tiles"])
    assert 1.2 < counts["compiler_flops"] / counts["flops"] < 2


def test_the_bandwidth_is_the_best_at_the_size_or_beyond():
    assert [limits.bandwidth(LIMITS, size) for size in (1, 8, 12, 17, 33)] == [20, 20, 20, 5, 5]


def test_a_kernel_is_held_by_the_slower_of_its_two_limits():
    assert limits.least_seconds(LIMITS, flops=200, size=10) == 2  # 200 / 100 against 10 / 20
    assert limits.least_seconds(LIMITS, flops=200, size=50) == 10  # against 50 / 5
    assert limits.least_seconds(LIMITS, flops=0, size=10) == 0.5


def test_a_measured_kernel_has_its_share_of_the_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "RESULTS", tmp_path)
    told = limits.measured_limits(products=(64, 128), footprints=[2**16, 2**18], rounds=3)
    assert (
        told["peak"] > 1e8 and told["cache"] >= told["memory"] > 1e8 and told["fresh"] > 1e8 and 0 < told["call"] < 1e-2
    )
    zs, wh, state = jnp.ones((4, 8, 64)), jnp.ones((16, 64)), jnp.ones((8, 16))
    some = {
        "LSTM": limits.Kernel(lstm_recurrence, (zs, wh, state, state), 2 * 4 * 8 * 16 * 64),
        "Adam": limits._adam(2**12),
    }
    rows = limits.measured(some, told, rounds=3)
    assert [row["name"] for row in rows] == ["LSTM", "Adam"]
    for row in rows:
        assert row["low"] <= row["seconds"] <= row["high"] and row["intensity"] == row["flops"] / row["bytes"]
        assert row["share"] == limits.least_seconds(told, row["flops"], row["bytes"]) / row["seconds"] > 0
    clock.write("limits", {"limits": told, "kernels": rows})
    assert json.loads((tmp_path / "limits.json").read_text())["machine"]["cores"] >= 1


def test_adam_moves_seven_arrays(kernels):
    assert kernels["Adam, 1 M parameters"].bytes == 7 * 4 * 2**20


# The clock


def test_a_call_that_updates_keeps_its_state_and_leaves_the_caller_his():
    seen = []
    start = jnp.zeros(3)
    call = clock.updating(
        lambda state, step: (jax.debug.callback(lambda s: seen.append(float(s[0])), state), state)[1] + step, start, 2.0
    )
    for _ in range(3):
        call()
    jax.effects_barrier()
    assert seen == [0, 2, 4] and start.tolist() == [0, 0, 0]


def test_calls_take_turns_and_quick_ones_are_repeated(monkeypatch):
    now, order = [0.0], []
    monkeypatch.setattr(clock.time, "perf_counter", lambda: now[0])

    def call(name, seconds):
        def run():
            order.append(name)
            now[0] += seconds

        return run

    laps = clock.interleaved({"slow": call("slow", 2.0), "quick": call("quick", 0.25)}, rounds=2, least=0.5)
    assert laps == {"slow": [2, 2], "quick": [0.25, 0.25]}
    slow, quick = ["slow"] * 2, ["quick"] * 3  # the first of a lap is not timed
    assert order == ["slow"] * 3 + ["quick"] * 3 + slow + quick + quick + slow


def test_the_spread_is_median_and_quartiles():
    assert clock.spread([5.0, 1.0, 2.0, 4.0, 3.0]) == {"seconds": 3, "low": 2, "high": 4}
