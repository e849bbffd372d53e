"""Steps that are timed do the work they are named for; exponents are those of the data; wrong times are wrong."""

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from benchmarks import clock, cost
from dlbook.data import Tree
from dlbook.models import mlp, word2vec


@pytest.fixture(scope="module")
def growths():
    return cost.growths()


def test_a_power_is_found_and_only_in_the_upper_half():
    sizes = [2.0**k for k in range(8)]
    assert cost.power(sizes, [7 * n**1.5 for n in sizes]) == pytest.approx((1.5, 0), abs=1e-6)
    floor = [1e6, 1e6, 1e6, 1e6, *(n**2 for n in sizes[4:])]
    assert cost.power(sizes, floor)[0] == pytest.approx(2)


def test_the_uncertainty_is_the_standard_error_of_the_slope():
    draw = np.random.default_rng(0)
    sizes = 2.0 ** np.arange(16)
    fits = [cost.power(sizes, sizes**1.5 * np.exp(0.1 * draw.standard_normal(16))) for _ in range(2000)]
    slopes, errors = np.transpose(fits)
    assert slopes.std() == pytest.approx(np.sqrt((errors**2).mean()), rel=0.05)
    assert slopes.mean() == pytest.approx(1.5, abs=0.003)


def test_all_that_grows_grows_by_powers_of_two(growths):
    for growth in growths.values():
        assert all(b == 2 * a for a, b in zip(growth.sizes, growth.sizes[1:], strict=False)) and len(growth.sizes) >= 7


def test_products_of_a_perceptron_are_counted_as_the_compiler_counts_them():
    sizes, batch = (64, 128, 128, 10), 32
    step, params, data = cost.perceptron(sizes, batch)
    told = jax.jit(step).lower(params, data).compile().cost_analysis()
    assert cost.perceptron_flops(sizes, batch) == pytest.approx(told["flops"], rel=0.03)


def test_the_order_of_growth_that_is_counted(growths):
    counted = {name: cost.power(g.sizes, [g.count(n) for n in g.sizes])[0] for name, g in growths.items()}
    assert 1.85 < counted["perceptron"] < 2  # 2 only where the hidden layers leave nothing else to count
    for name in ("deep perceptron", "perceptron, larger batches", "LSTM", "softmax"):
        assert counted[name] == pytest.approx(1, abs=0.03)
    assert counted["negative sampling, rows"] == 0 < counted["hierarchical softmax, rows"] < 0.15


@pytest.mark.parametrize("by_row", [cost.negatives_in_two_steps, cost.negatives_by_row])
def test_changing_rows_is_descent_with_the_whole_gradient(by_row, monkeypatch):
    monkeypatch.setattr(cost, "RATE", 10.0)
    step, params, *arguments = cost.negatives_dense(256)
    params = params._replace(outputs=0.1 * jr.normal(jr.key(5), params.outputs.shape))
    whole, rows = step(params, *arguments), by_row(256)[0](params, *arguments)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6), whole, rows)
    assert not jnp.allclose(whole.outputs, params.outputs, atol=1e-3)


def test_the_balanced_tree_is_a_tree_and_its_step_is_descent():
    """All words by their ways: the probabilities sum to 1, and the step is that of the model's own loss."""
    words = 256
    step, params, inputs, nodes, turns = cost.tree_by_row(words)
    params = params._replace(outputs=jr.normal(jr.key(5), params.outputs.shape))
    levels = 8
    every = jnp.arange(words)[:, None] >> jnp.arange(levels)
    tree = Tree((2 ** jnp.arange(levels)[::-1]) - 1 + (every >> 1), 1 - 2 * (every & 1))
    scores = jnp.einsum("d,wld->wl", jnp.linspace(-1, 1, cost.FEATURES), params.outputs[tree.nodes])
    assert jnp.prod(jax.nn.sigmoid(tree.turns * scores), 1).sum() == pytest.approx(1, abs=1e-4)
    batch = cost._pairs(words)
    np.testing.assert_array_equal(tree.nodes[batch[2]], nodes)
    np.testing.assert_array_equal(tree.turns[batch[2]], turns)
    expected = cost.descent(word2vec.tree_loss)(params, batch, None, tree.nodes, tree.turns)
    found = step(params, inputs, nodes, turns)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5), found, expected)


def test_a_step_descends():
    step, params, data = cost.perceptron((64, 32, 10), 16)
    assert mlp.loss(step(params, data), data) < mlp.loss(params, data)


def test_a_growth_is_measured_at_all_sizes():
    small = cost.Growth("width", [4, 8, 16, 32, 64, 128], lambda n: cost.perceptron((64, n, 10), 8), lambda n: n**2)
    row = cost.measured("small", small, rounds=3)
    assert len(row["seconds"]) == 6 and min(row["low"]) > 0
    assert row["counted"] == pytest.approx(2) and (row["exponent"], row["uncertainty"]) == cost.power(
        row["sizes"], row["seconds"]
    )


def test_the_wrong_ways_to_time_are_wrong():
    told = cost.wrongly_timed(side=512, rounds=5)
    assert told["without waiting"] < told["right"] < told["with compilation"]
    assert told["other programs"] >= 2 and told["beside other programs"] > 0


def test_the_clock_waits():
    slow = jax.jit(lambda a: jax.lax.fori_loop(0, 20, lambda _, b: a @ b / 1000, a))
    call = clock.waiting(slow, jnp.ones((512, 512)))
    call()
    assert clock.lap(call) > 2 * 20 * 512**3 / 1e13
