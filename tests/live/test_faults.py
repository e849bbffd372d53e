"""Faults planted in the compiler: the comparison with JAX, or the engine, notices each of them.

Each entry names the part that is broken, how, and the program of the suite that shows it.
"""

import pytest
import wasmtime

from dlbook.live import emit, matmul, plan, simd, wasm
from dlbook.live.builder import Builder
from dlbook.live.functions import LIBRARY
from dlbook.live.ir.expressions import Index, Op, shift
from dlbook.live.jaxpr import LOWERINGS, Unsupported
from dlbook.live.lower import contraction, elementwise, indexing, layout, reduction, windows
from tests.live.machine import largest_difference
from tests.live.programs import GRADIENTS, PROGRAMS

TOLERANCE = 1e-5


def lowering(monkeypatch, name, change):
    """Change what a lowering returns or gets."""
    real = LOWERINGS[name]
    monkeypatch.setitem(LOWERINGS, name, real._replace(function=change(real.function)))


def ignore_permutation_of_reshape(monkeypatch):
    monkeypatch.setattr(layout, "permute", lambda value, axes: value)


def integer_power_off_by_one(monkeypatch):
    def wrong(build, out, x, *, y):
        return LOWERINGS["square"].function(build, out, x) if y == 3 else elementwise.integer_pow(build, out, x, y=y)

    lowering(monkeypatch, "integer_pow", lambda real: wrong)


def pad_on_the_wrong_side(monkeypatch):
    real = layout._kept
    monkeypatch.setattr(layout, "_kept", lambda n, size, low, high, interior: real(n, size, high, low, interior))


def forget_to_clamp_starts(monkeypatch):
    monkeypatch.setattr(Builder, "clamped", lambda self, value, last: Index.of(self.let(value).name))


def read_clamped_row_instead_of_filling(monkeypatch):
    monkeypatch.setattr(indexing, "select", lambda condition, yes, no: yes)


def scatter_overwrites_instead_of_adding(monkeypatch):
    monkeypatch.setitem(indexing.OPERATION, "scatter-add", None)


def maximum_starts_at_zero(monkeypatch):
    monkeypatch.setitem(reduction.IDENTITY["max"], reduction.F32, 0.0)


def forget_lanes_at_the_end_of_a_sum(monkeypatch):
    monkeypatch.setattr(emit, "range", lambda lanes: [0, 1, 2], raising=False)


def merge_axes_that_do_not_fit(monkeypatch):
    monkeypatch.setattr(contraction, "merge", lambda shape, strides: strides[-1] if strides else 1)


def ignore_window_dilation(monkeypatch):
    real = windows.windows
    monkeypatch.setattr(contraction, "windows", lambda x, sizes, strides, dilations: real(x, sizes, strides, [1] * 4))


def pooling_picks_the_last_of_equals(monkeypatch):
    real = windows.chosen

    def last(build, x, place, comparison, *rest):
        return real(build, x, place, {"ge": "gt", "le": "lt"}[comparison], *rest)

    monkeypatch.setattr(windows, "chosen", last)


def write_carry_too_early(monkeypatch):
    def in_order(self, targets, values):
        for target, value in zip(targets, values, strict=True):
            self.copy(target, value)

    monkeypatch.setattr(Builder, "assign_all", in_order)


def lives_ignore_loops(monkeypatch):
    monkeypatch.setattr(plan._Survey, "close_loops", lambda self: None)


def lives_never_overlap(monkeypatch):
    monkeypatch.setattr(plan, "_overlap", lambda a, b: False)


def vector_loop_leaves_elements_out(monkeypatch):
    monkeypatch.setattr(emit, "LANES", 5)


def gather_lanes_step_by_one(monkeypatch):
    monkeypatch.setattr(
        simd.Vector, "_gather", lambda self, node, offset, step: self.function.memory("v128.load", offset)
    )


def unsigned_comparison_as_signed(monkeypatch):
    monkeypatch.setitem(wasm.PLAIN, "i32.lt_u", wasm.PLAIN["i32.lt_s"])
    monkeypatch.setitem(wasm.SIMD, "i32x4.lt_u", wasm.SIMD["i32x4.lt_s"])


def swapped_select(monkeypatch):
    monkeypatch.setattr(simd.Vector, "select_", lambda self, node: self.push(node.args[1]))


def wrong_rotation_in_the_random_hash(monkeypatch):
    key = LIBRARY["threefry xor"]
    monkeypatch.setitem(LIBRARY, "threefry xor", key._replace(body=key.body ^ shift("shr", key.body, 31)))


def one_coefficient_of_the_exponential(monkeypatch):
    real = LIBRARY["exp"]
    monkeypatch.setitem(LIBRARY, "exp", real._replace(body=real.body * 1.00005))


def tile_forgets_a_column(monkeypatch):
    monkeypatch.setattr(matmul, "LANES", 5)


def signed_numbers_lose_their_sign(monkeypatch):
    monkeypatch.setattr(wasm, "signed", lambda n: wasm.unsigned(n % 2**32))


def nan_is_never_an_extreme(monkeypatch):
    monkeypatch.setattr(reduction, "F32", reduction.I32)


def sort_compares_only_the_first_key(monkeypatch):
    monkeypatch.setattr("dlbook.live.lower.sorting._less", lambda pairs: pairs[0][0] < pairs[0][1])


def remainder_of_zero_traps(monkeypatch):
    lowering(
        monkeypatch,
        "rem",
        lambda real: (
            lambda build, out, x, y: elementwise.elementwise(build, out, (x, y), lambda a, b: Op("rem", a.kind, (a, b)))
        ),
    )


FAULTS = {
    ignore_permutation_of_reshape: "reshape_permuted",
    integer_power_off_by_one: "integer_power 3",
    pad_on_the_wrong_side: "pad_negative",
    forget_to_clamp_starts: "dynamic_update_clamped",
    read_clamped_row_instead_of_filling: "gather_filled",
    scatter_overwrites_instead_of_adding: "at_add_entries",
    maximum_starts_at_zero: "reduce_negative",
    forget_lanes_at_the_end_of_a_sum: "reduce_long",
    merge_axes_that_do_not_fit: "conv_same",
    ignore_window_dilation: "conv_dilated",
    pooling_picks_the_last_of_equals: "max_pool_ties",
    write_carry_too_early: "scan_swap",
    lives_ignore_loops: "scan_recurrent",
    lives_never_overlap: "scan_recurrent",
    vector_loop_leaves_elements_out: "sigmoid",
    gather_lanes_step_by_one: "transpose",
    unsigned_comparison_as_signed: "uint_arithmetic",
    swapped_select: "where",
    wrong_rotation_in_the_random_hash: "random bits",
    one_coefficient_of_the_exponential: "exp",
    tile_forgets_a_column: "matmul_matrix",
    signed_numbers_lose_their_sign: "slice_negative_step",
    nan_is_never_an_extreme: "argmax_nan",
    sort_compares_only_the_first_key: "sort_two_keys",
    remainder_of_zero_traps: "int_division",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_fault_is_noticed(fault, monkeypatch):
    function, arguments = GRADIENTS.get(FAULTS[fault]) or PROGRAMS[FAULTS[fault]]
    assert largest_difference(function, *arguments) < TOLERANCE
    fault(monkeypatch)
    try:
        assert not largest_difference(function, *arguments) < TOLERANCE
    except (wasmtime.WasmtimeError, wasmtime.Trap, Unsupported):
        """The engine refuses the module, the kernel traps, or the compiler notices a wrong shape."""
