"""Values in a graph: derivatives against JAX, finite differences and the rules of the two sweeps."""

import math
import random

import jax
import jax.numpy as jnp
import pytest

from dlbook.autodiff import Value, order, tangents, trace


def example(a=2.0, b=1.0):
    """The book's graph: e = (a + b)(b + 1)."""
    a, b = Value(a, "a"), Value(b, "b")
    c, d = (a + b).named("c"), (b + 1).named("d")
    return a, b, c, d, (c * d).named("e")


UNARY = {
    "neg": (lambda x: -x, lambda x: -x),
    "power": (lambda x: x**3, lambda x: x**3),
    "root": (lambda x: (x * x + 1) ** 0.5, lambda x: jnp.sqrt(x * x + 1)),
    "no power": (lambda x: x**0, lambda x: x**0),
    "exp": (Value.exp, jnp.exp),
    "log": (lambda x: (x * x).log(), lambda x: jnp.log(x * x)),
    "tanh": (Value.tanh, jnp.tanh),
    "sigmoid": (Value.sigmoid, jax.nn.sigmoid),
    "relu": (Value.relu, jax.nn.relu),
    "constants": (lambda x: 2 - 3 / (1 + x * 4 - 0.5) + x / 8, lambda x: 2 - 3 / (1 + x * 4 - 0.5) + x / 8),
}


@pytest.mark.parametrize("x", [-1.7, 0.3, 2.5])
@pytest.mark.parametrize("name", UNARY)
def test_every_operation_agrees_with_jax(name, x):
    ours, theirs = UNARY[name]
    leaf = Value(x)
    y = ours(leaf)
    y.backward()
    with jax.enable_x64(True):
        value, grad = jax.value_and_grad(theirs)(x)
    assert math.isclose(y.data, value, rel_tol=1e-13) and math.isclose(leaf.grad, grad, rel_tol=1e-12, abs_tol=1e-15)


def expression(seed, leaves, op=lambda name, *operands: getattr(operands[0], name)()):
    """A random expression of the given leaves, which uses many of them and of its own parts more than once."""
    draw, pool = random.Random(seed), list(leaves)
    for _ in range(25):
        a, b = draw.choice(pool), draw.choice(pool)
        forms = [a + b, a - b, a * b, a / (b * b + 1), op("tanh", a), op("sigmoid", a * b), op("exp", op("tanh", b))]
        pool.append(draw.choice(forms))
    return sum(pool[-4:], 0.5 * pool[-1])


@pytest.mark.parametrize("seed", range(20))
def test_random_expressions_agree_with_jax_and_forward_mode(seed):
    start = [0.7, -1.2, 0.4]
    leaves = [Value(x, name) for x, name in zip(start, "abc", strict=True)]
    y = expression(seed, leaves)
    y.backward()
    functions = dict(tanh=jnp.tanh, sigmoid=jax.nn.sigmoid, exp=jnp.exp)
    with jax.enable_x64(True):
        theirs = jax.grad(lambda x: expression(seed, x, lambda name, a: functions[name](a)))(jnp.array(start))
    for leaf, grad in zip(leaves, theirs, strict=True):
        assert math.isclose(leaf.grad, grad, rel_tol=1e-9, abs_tol=1e-12)
        if leaf in order(y):
            assert math.isclose(tangents(y, leaf)[-1], leaf.grad, rel_tol=1e-9, abs_tol=1e-12)


def test_the_books_example():
    a, b, c, d, e = example()
    e.backward()
    assert [v.data for v in (a, b, c, d, e)] == [2, 1, 3, 2, 6]
    assert [v.grad for v in (a, b, c, d, e)] == [2, 5, 2, 3, 1]
    assert order(e) == [a, b, c, d, e]
    assert tangents(e, a) == [1, 0, 1, 0, 2] and tangents(e, b) == [0, 1, 1, 1, 5]


def test_a_value_used_twice_gets_both_contributions():
    x = Value(3.0)
    (x * x).backward()
    assert x.grad == 6
    s = x * 2
    y = s * s + s
    y.backward()
    assert (s.grad, x.grad) == (2 * 6 + 1, 26)


def test_calling_backward_again_gives_the_same_gradients():
    a, b, c, _, e = example()
    e.backward()
    e.backward()
    assert (a.grad, b.grad, c.grad) == (2, 5, 2)
    c.backward()
    assert (a.grad, b.grad, c.grad) == (1, 1, 1)
    e.backward()
    assert (a.grad, b.grad, c.grad) == (2, 5, 2)


def test_every_node_comes_once_and_after_its_operands():
    y = expression(3, [Value(0.7), Value(-1.2), Value(0.4)])
    place = {node: i for i, node in enumerate(order(y))}
    assert len(place) == len(order(y))
    assert all(place[operand] < place[node] for node in place for operand, _ in node.edges())


def test_a_deep_graph_does_not_overflow_the_stack():
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = y + x
    y.backward()
    assert x.grad == 20_001


def test_sigmoid_and_relu_at_their_ends():
    for x, y in [(800.0, 1.0), (-800.0, 0.0)]:
        assert Value(x).sigmoid().data == y
    kink = Value(0.0)
    kink.relu().backward()
    assert kink.grad == 0


def named_network():
    """A trace with all operations, every node named by itself."""
    x, w = Value(0.5, "x"), Value(-1.5, "w")
    h = ((w * x + 1).sigmoid() - (x / w).tanh()) ** 2
    return x, w, (h.exp() + (h + 3).log() - (-w).relu()).named("loss")


@pytest.mark.parametrize("make", [example, named_network])
def test_the_code_of_a_trace_runs_and_gives_the_same(make):
    *leaves, y = (v for v in make() if not v.op or v.name in ("e", "loss"))
    played = trace(y)
    names = {leaf.name: Value(leaf.data) for leaf in leaves}
    for step in played.steps:
        exec(step.code, {}, names)
    y.backward()
    for node, name in zip(order(y), played.names, strict=True):
        assert math.isclose(names[name].data, node.data, rel_tol=1e-15)
        assert math.isclose(names[name].grad, node.grad, rel_tol=1e-12)


@pytest.mark.parametrize("make", [example, named_network])
def test_a_trace_ends_with_what_backward_gives(make):
    y = make()[-1]
    played, nodes = trace(y), order(y)
    assert all(node.grad == 0 for node in nodes)
    y.backward()
    state = played.steps[-1].state
    assert state["values"] == [node.data for node in nodes] and state["grads"] == [node.grad for node in nodes]
    assert len(played.steps) == sum(bool(node.op) for node in nodes) + 1 + len(played.edges)


def test_the_steps_of_the_books_example():
    played = trace(example()[-1])
    told = [(s.sweep, played.names[s.node], s.added) for s in played.steps]
    assert told[:4] == [("forward", "c", 3), ("forward", "d", 2), ("forward", "e", 6), ("backward", "e", 1)]
    assert sorted(told[4:]) == [("backward", n, g) for n, g in [("a", 2), ("b", 2), ("b", 3), ("c", 2), ("d", 3)]]
    for step in played.steps:
        if step.edge is not None:
            source, target = played.edges[step.edge]
            assert step.node == source and step.added == step.state["grads"][target] * played.slopes[step.edge]
    first = played.steps[0]
    assert first.state["values"] == [2, 1, 3, None, None] and first.state["grads"] == [None] * 5
    assert first.numbers.format(**first.state) == "2 + 1 = 3"
    by_path = next(s for s in played.steps if s.formula == "∂e/∂c += ∂e/∂e · ∂e/∂c")
    assert by_path.code == "c.grad += e.grad * d.data" and by_path.numbers.format(**by_path.state) == "add 1 · 2, get 2"


def test_unnamed_nodes_are_numbered():
    x = Value(3.0, "x")
    assert trace(x * x + 1).names == ("x", "v1", "v2")


def test_traced_arrays_flow_through_a_trace():
    @jax.jit
    def last(a, b):
        return jnp.stack(trace(example(a, b)[-1]).steps[-1].state["grads"])

    assert last(2.0, 1.0).tolist() == [2, 5, 2, 3, 1]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: Value("3"), r"Value: data must be a number, got '3'\."),
        (lambda: Value(Value(3)), r"Value: data must be a number, got Value\(3\.0, grad=0\.0\)\."),
        (lambda: Value(2) ** Value(3), r"Value: the exponent must be a plain number, got a Value\."),
        (lambda: Value(-1).log(), r"Value\.log: the number must be above 0, got -1\.0\."),
        (lambda: tangents(Value(1) + 2, Value(1, "b")), r"tangents: the result does not depend on the variable 'b'\."),
        (lambda: trace(Value(1, "a") + Value(1, "a")), r"trace: every node needs its own name, got 'a' 2 times\."),
    ],
)
def test_bad_input_is_refused(act, message):
    with pytest.raises(ValueError, match=message):
        act()
