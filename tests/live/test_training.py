"""Training kernels: whole steps with random batches, optimisers and state that is updated in place."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest
from jax import lax, nn

from dlbook.live.module import Entry, compile, link
from tests.live.machine import Machine, as_words, difference, largest_difference


class Layer(NamedTuple):
    w: jax.Array
    b: jax.Array


class State(NamedTuple):
    params: list
    mean: list
    square: list
    step: jax.Array
    key: jax.Array


def init(key) -> State:
    key_params, key = jr.split(key)
    sizes = (2, 8, 8, 1)
    keys = jr.split(key_params, 3)
    params = [
        Layer(jr.normal(k, (i, o)) * jnp.sqrt(2 / i), jnp.zeros(o))
        for k, i, o in zip(keys, sizes, sizes[1:], strict=False)
    ]
    zeros = jax.tree.map(jnp.zeros_like, params)
    return State(params, zeros, zeros, jnp.int32(0), key)


def apply(params, x, activation, width):
    mask = jnp.arange(8) < width
    for layer in params[:-1]:
        x = jnp.where(mask, lax.switch(activation, [jnp.tanh, nn.relu, nn.sigmoid], x @ layer.w + layer.b), 0.0)
    return (x @ params[-1].w + params[-1].b)[:, 0]


def loss(params, x, y, weights, activation, width):
    scores = apply(params, x, activation, width)
    losses = jnp.maximum(scores, 0) - scores * y + jnp.log1p(jnp.exp(-jnp.abs(scores)))
    return jnp.sum(weights * losses) / jnp.sum(weights)


def step(state: State, x, y, rate, batch, activation, width, use_adam):
    """One step: batch size by weights, activation by a switch, width by a mask, optimiser by a choice."""
    rows = jr.randint(jr.fold_in(state.key, state.step), (16,), 0, len(x))
    weights = (jnp.arange(16) < batch).astype(jnp.float32)
    value, grads = jax.value_and_grad(loss)(state.params, x[rows], y[rows], weights, activation, width)
    t = state.step + 1
    mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, state.mean, grads)
    square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, state.square, grads)
    fix1, fix2 = 1 - 0.9 ** t.astype(jnp.float32), 1 - 0.999 ** t.astype(jnp.float32)
    params = jax.tree.map(
        lambda p, g, m, s: p - rate * jnp.where(use_adam, (m / fix1) / (jnp.sqrt(s / fix2) + 1e-8), g),
        state.params,
        grads,
        mean,
        square,
    )
    return State(params, mean, square, t, state.key), value


def draw(state: State, grid, activation, width):
    return nn.sigmoid(apply(state.params, grid, activation, width))


X = jr.normal(jr.key(1), (60, 2))
Y = (X[:, 0] * X[:, 1] > 0).astype(jnp.float32)
GRID = jnp.stack(jnp.meshgrid(jnp.linspace(-2, 2, 9), jnp.linspace(-2, 2, 9)), -1).reshape(-1, 2)
SETTINGS = (jnp.float32(0.05), jnp.int32(12), jnp.int32(0), jnp.int32(6), jnp.bool_(True))


@pytest.fixture(scope="module")
def kernel():
    state = jax.eval_shape(init, jr.key(0))
    state = jax.tree.map(lambda s: jr.key(0) if s.dtype == jr.key(0).dtype else jnp.zeros(s.shape, s.dtype), state)
    return link(
        init=Entry(init, (jr.key(0),), ("state",)),
        step=Entry(step, (state, X, Y, *SETTINGS), ("state", "loss")),
        draw=Entry(draw, (state, GRID, jnp.int32(0), jnp.int32(6)), ("picture",)),
    )


def started(kernel, seed, settings=SETTINGS) -> Machine:
    machine = Machine(kernel)
    machine.feed("init", jr.key(seed))
    machine.call("init")
    for name, value in zip("x y rate batch activation width use_adam".split(), (X, Y, *settings), strict=True):
        machine.write(name, value)
    machine.write("grid", GRID)
    return machine


@pytest.mark.parametrize("activation", [0, 1, 2])
@pytest.mark.parametrize("use_adam", [True, False])
def test_kernel_trains_as_jax_does(kernel, activation, use_adam):
    """All three entry points share the state; thirty steps follow JAX's."""
    settings = (*SETTINGS[:2], jnp.int32(activation), SETTINGS[3], jnp.bool_(use_adam))
    machine, state, jitted = started(kernel, 5, settings), jax.jit(init)(jr.key(5)), jax.jit(step)
    for number in range(30):
        machine.call("step")
        state, value = jitted(state, X, Y, *settings)
        assert abs(machine.read("loss") - value) < 1e-5 * (number + 1)
    machine.call("draw")
    picture = jax.jit(draw)(state, GRID, settings[2], settings[3])
    assert difference(machine.read("picture"), np.asarray(picture)) < 1e-4


def test_one_step_is_close(kernel):
    machine, state = started(kernel, 5), jax.jit(init)(jr.key(5))
    machine.call("step")
    expected = jax.tree.leaves(jax.jit(step)(state, X, Y, *SETTINGS))
    names = kernel.manifest["entries"]["step"]["outputs"]
    for name, leaf in zip(names, expected, strict=True):
        assert difference(machine.read(name), as_words(leaf)) < 2e-6, name


def test_many_steps_in_one_call_are_the_same_steps(kernel):
    one, many = started(kernel, 7), started(kernel, 7)
    for _ in range(25):
        one.call("step")
    many.call("step_times", 25)
    for name in kernel.manifest["entries"]["step"]["outputs"]:
        assert np.array_equal(one.read(name), many.read(name)), name


def test_training_lowers_the_loss(kernel):
    machine = started(kernel, 3)
    machine.call("step")
    first = machine.read("loss")
    machine.call("step_times", 400)
    assert machine.read("loss") < 0.5 * first


def test_kernel_is_small(kernel):
    assert len(kernel.bytes) < 24_000
    assert kernel.manifest["memory"] < 2**16


def test_a_whole_run_in_a_scan():
    """Epochs, permutations and minibatches inside one call, several seeds by vmap."""

    def run(seed, x, y, rate):
        state = init(jr.key(seed))

        def epoch(params, number):
            order = jr.permutation(jr.fold_in(state.key, number), 60).reshape(4, 15)

            def minibatch(params, rows):
                value, grads = jax.value_and_grad(loss)(params, x[rows], y[rows], jnp.ones(15), 0, 8)
                return jax.tree.map(lambda p, g: p - rate * g, params, grads), value

            return lax.scan(minibatch, params, order)

        return lax.scan(epoch, state.params, jnp.arange(3))

    runs = jax.vmap(run, (0, None, None, None))
    assert largest_difference(runs, jnp.arange(3), X, Y, jnp.float32(0.3)) < 1e-5


def test_a_small_convolutional_network():
    images, labels = jr.normal(jr.key(2), (8, 8, 8, 1)), jnp.arange(8) % 3
    keys = jr.split(jr.key(3), 3)
    params = [
        jr.normal(keys[0], (3, 3, 1, 4)) * 0.4,
        jr.normal(keys[1], (3, 3, 4, 8)) * 0.2,
        jr.normal(keys[2], (32, 3)) * 0.2,
    ]

    def scores(params, x):
        for kernel in params[:2]:
            x = nn.relu(lax.conv_general_dilated(x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")))
            x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        return x.reshape(len(x), -1) @ params[2]

    def sgd(params, x, labels):
        def mean_loss(params):
            return -jnp.mean(jnp.take_along_axis(nn.log_softmax(scores(params, x)), labels[:, None], 1))

        value, grads = jax.value_and_grad(mean_loss)(params)
        return jax.tree.map(lambda p, g: p - 0.1 * g, params, grads), value

    assert largest_difference(sgd, params, images, labels) < 2e-6
    assert len(compile(sgd, params, images, labels).bytes) < 20_000
