"""Modules as a whole: names, shared memory, the memory plan, the encoding."""

import json
from itertools import combinations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from dlbook.live import module, plan, wasm
from dlbook.live.ir.expressions import F32, Buffer, Call, Const, Index, Load, nodes
from dlbook.live.ir.statements import Declare, Loop, Store, expressions
from dlbook.live.module import Entry, compile, link
from tests.live.machine import Machine, run


def test_names_come_from_arguments_and_trees():
    def step(state, rate=0.5):
        return {"w": state["w"] * rate, "list": [state["w"], rate]}

    manifest = compile(step, {"w": jnp.ones((2, 3))}, 0.1).manifest
    names = [(a["name"], a["shape"], a["dtype"]) for a in manifest["arrays"]]
    assert names == [
        ("state['w']", [2, 3], "float32"),
        ("rate", [], "float32"),
        ("result['list'][0]", [2, 3], "float32"),
        ("result['list'][1]", [], "float32"),
        ("result['w']", [2, 3], "float32"),
    ]
    assert manifest["entries"]["call"]["inputs"] == ["state['w']", "rate"]


def test_arguments_in_a_star_are_numbered():
    manifest = compile(lambda *rows: rows[0] + rows[1], jnp.ones(2), jnp.ones(2)).manifest
    assert [a["name"] for a in manifest["arrays"]] == ["rows[0]", "rows[1]", "result"]


def test_manifest_is_json():
    module = compile(lambda x: x + 1, jnp.ones(3))
    assert json.loads(module.json()) == module.manifest


def test_arrays_do_not_overlap_and_are_aligned():
    manifest = compile(lambda x, y, z: (x + y[0], z), jnp.ones(3), jnp.ones((5, 3)), jnp.int32(1)).manifest
    spans = [(a["offset"], a["offset"] + 4 * max(1, int(np.prod(a["shape"])))) for a in manifest["arrays"]]
    assert all(start % 16 == 0 for start, _ in spans)
    assert all(a[1] <= b[0] or b[1] <= a[0] for a, b in combinations(spans, 2))
    assert max(end for _, end in spans) <= manifest["memory"]


def test_entry_points_share_arrays_by_name():
    machine = Machine(
        link(
            start=Entry(lambda value: jnp.full(5, value), (jnp.float32(0),), ("x",)),
            double=Entry(lambda x: (2 * x, x.sum()), (jnp.ones(5),), ("x", "total")),
            show=Entry(lambda x, total: x / total, (jnp.ones(5), jnp.float32(0)), ("share",)),
        )
    )
    machine.write("value", 3.0)
    for name in ("start", "double", "show"):
        machine.call(name)
    assert machine.read("x").tolist() == [6.0] * 5
    assert machine.read("total") == 15.0
    assert machine.read("share").tolist() == [np.float32(0.4)] * 5
    machine.call("double_times", 3)
    assert machine.read("x").tolist() == [48.0] * 5
    machine.call("double_times", 0)
    machine.call("double_times", -1)
    assert machine.read("x").tolist() == [48.0] * 5
    with pytest.raises(KeyError):
        machine.call("show_times", 1)  # it updates nothing of its own


def test_state_that_is_permuted_in_place():
    def swap(a, b, c):
        return b, a[::-1], c.T @ c

    machine = Machine(link(swap=Entry(swap, (jnp.zeros(5), jnp.zeros(5), jnp.zeros((3, 3))), ("a", "b", "c"))))
    a, b, c = np.arange(5.0), 10 + np.arange(5.0), np.arange(9.0).reshape(3, 3) / 9
    for name, value in zip("abc", (a, b, c), strict=True):
        machine.write(name, value)
    for _ in range(3):
        machine.call("swap")
        a, b, c = swap(a, b, c)
    assert machine.read("a").tolist() == a.tolist()
    assert machine.read("b").tolist() == b.tolist()
    np.testing.assert_allclose(machine.read("c"), c, rtol=1e-6)


def test_calls_leave_inputs_alone():
    machine = Machine(compile(lambda x: jnp.sort(x) @ jnp.exp(x), jnp.ones(9)))
    machine.write("x", np.arange(9.0))
    machine.call("call")
    first = machine.read("result")
    machine.call("call")
    assert machine.read("x").tolist() == list(range(9))
    assert machine.read("result") == first


def test_constants_are_stored_once():
    data = jnp.arange(1000.0)
    once = compile(lambda x: x + data, jnp.ones(1000))
    both = link(
        a=Entry(lambda x: x + data, (jnp.ones(1000),), ("y",)), b=Entry(lambda x: x * data, (jnp.ones(1000),), ("z",))
    )
    assert 4000 < len(once.bytes) < 4400
    assert len(both.bytes) < len(once.bytes) + 400


def test_closed_over_arrays_are_part_of_the_module():
    table = jnp.arange(12.0).reshape(3, 4)
    assert run(lambda i: table[i], jnp.int32(2))[0].tolist() == [8.0, 9.0, 10.0, 11.0]


# The memory plan


def test_memory_is_used_again():
    """Thirty layers need no more scratch memory than three."""

    def layers(count):
        def apply(x, w):
            for _ in range(count):
                x = jnp.tanh(x @ w)
            return x

        return compile(apply, jnp.ones((64, 64)), jnp.ones((64, 64))).manifest["memory"]

    assert layers(30) == layers(3)


def test_lives_end_after_the_loop_that_uses_a_buffer():
    outer, inner, later = (Buffer(name, 4) for name in ("outer", "inner", "later"))
    zero = Index()
    body = (Declare(inner), Store(inner, zero, Load(F32, outer, zero)))
    block = [
        Declare(outer),
        Loop("t", 3, (*body, Store(inner, zero, Const(F32, 0.0)))),
        Declare(later),
        Store(later, zero, Const(F32, 1.0)),
    ]
    lives = plan.lives(block)
    assert lives[outer].last == lives[inner].last == 5
    assert lives[later].first > lives[outer].last
    addresses, end = plan.place(lives, 100)
    assert addresses[outer] != addresses[inner]
    assert {addresses[later]} <= {addresses[outer], addresses[inner]}
    assert end == 108


def test_buffers_alive_together_never_share_memory(monkeypatch):
    """Look at every plan that a big program makes."""
    plans, real = [], plan.place

    def spy(alive, base):
        result = real(alive, base)
        plans.append((alive, result[0]))
        return result

    monkeypatch.setattr(module.plan, "place", spy)

    def program(x):
        ys = lax.scan(lambda c, _: (jnp.sort(c @ c.T, 0), c.sum()), x, None, length=3)[1]
        return jax.grad(lambda x: jnp.sum(jnp.tanh(x @ x) ** 2 @ x))(x), ys

    compile(program, jnp.ones((6, 6)))
    ((alive, addresses),) = plans
    assert len(alive) > 8
    for a, b in combinations(alive, 2):
        together = alive[a].first <= alive[b].last and alive[b].first <= alive[a].last
        apart = addresses[a] + a.words <= addresses[b] or addresses[b] + b.words <= addresses[a]
        assert apart or not together


# The encoding


@pytest.mark.parametrize("n", [0, 1, 63, 64, 127, 128, 300, 2**31 - 1, 2**32 - 1])
def test_unsigned_numbers(n):
    encoded = wasm.unsigned(n)
    assert sum((byte & 127) << 7 * place for place, byte in enumerate(encoded)) == n
    assert all(byte & 128 for byte in encoded[:-1])
    assert not encoded[-1] & 128


@pytest.mark.parametrize("n", [0, 1, -1, 63, 64, -64, -65, 127, 128, 2**31 - 1, -(2**31)])
def test_signed_numbers(n):
    encoded = wasm.signed(n)
    value = sum((byte & 127) << 7 * place for place, byte in enumerate(encoded))
    assert value - (1 << 7 * len(encoded) if encoded[-1] & 64 else 0) == n


def test_vector_instructions_are_used():
    """A vector add, 0xFD 0xE4 0x01, and not only a scalar one."""
    assert b"\xfd\xe4\x01" in compile(lambda x: x + 1, jnp.ones(8)).bytes
    assert b"\xfd\xe4\x01" not in compile(lambda x: x + 1, jnp.ones(3)).bytes


def test_elementwise_chains_become_one_loop():
    """No memory is needed between the operations of a chain."""
    manifest = compile(lambda x: jnp.tanh(x * 2 + 1) / 3 - x.T, jnp.ones((8, 8))).manifest
    assert manifest["memory"] == 2 * 8 * 8 * 4


def test_a_number_that_serves_a_whole_array_is_computed_once():
    """Adam's correction 1 - b^t stands outside the loop over the parameters."""
    traced = module.trace("step", Entry(lambda p, t: p / (1 - 0.9**t), (jnp.ones(50), jnp.float32(1))))
    block = module._build(traced, module._shared_arrays({"step": traced}), {}).block
    (loop,) = (statement for statement in block if isinstance(statement, Loop))
    assert not any(isinstance(node, Call) for s in loop.body for node in nodes(*expressions(s)))
    assert any(isinstance(node, Call) for s in block for node in nodes(*expressions(s)))


def test_functions_are_shared():
    one = len(compile(lambda x: jnp.tanh(x), jnp.ones((8, 8))).bytes)
    two = len(compile(lambda x: jnp.tanh(x) + jnp.tanh(x.T), jnp.ones((8, 8))).bytes)
    assert two - one < 120
