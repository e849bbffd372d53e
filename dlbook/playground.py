"""The playground: a small network draws the boundary between two classes, and every choice is the reader's.

It brings together what the other parts offer: made data, the ops of a multilayer perceptron, the update rules, and a
figure that trains while one watches.  Depth and width are numbers like the others here, so that one compiled function
serves all networks: all have `DEPTH` hidden layers of `WIDTH` units, of which some are switched off.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
from jax import lax
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from dlbook import checks, data, train
from dlbook.explorers import Choice, Curve, Explorer, Images, Plane, Points, Range, Seed, Steps
from dlbook.ops.activations import relu, sigmoid, tanh
from dlbook.ops.affine import Affine, affine
from dlbook.ops.losses import logistic_loss

WIDTH, DEPTH, SAMPLES, BATCH = 8, 4, 150, 30
COUNT, EACH = 80, 20  # frames, and updates from one to the next
SIDE, SMALL = 30, 12  # points along a side of the boundary's picture, and of a unit's
REACH = 2.0  # the square on which everything happens: -2 to 2
SQUARE = (-REACH, REACH, -REACH, REACH)
SETS = {  # made data, and what brings it into the square
    "moons": lambda key, noise: data.two_moons(key, SAMPLES, noise),
    "circles": lambda key, noise: data.circles(key, SAMPLES, noise, radii=(0.6, 1.4)),
    "four corners": lambda key, noise: data.xor(key, SAMPLES, noise),
    "spirals": lambda key, noise: data.spirals(key, SAMPLES, noise),
    "two clouds": lambda key, noise: data.blobs(key, SAMPLES, 0.4 + noise, centres=((-0.8, -0.8), (0.8, 0.8))),
}
PLACES = {"moons": (-0.5, -0.25, 1.2), "four corners": (-0.5, -0.5, 2.2), "spirals": (0.0, 0.0, 1.8)}
ACTIVATIONS = {"ReLU": relu, "tanh": tanh, "sigmoid": sigmoid, "none": lambda z: z}
OPTIMIZERS = {"SGD": train.sgd, "momentum": train.momentum, "Adam": train.adam}


class Sample(NamedTuple):
    """Points of the square with their classes; only the rows in use count."""

    x: Float[Array, "n 2"]
    labels: Int[Array, " n"]
    used: Bool[Array, " n"]


class Params(NamedTuple):
    """The first layer, the `DEPTH - 1` that follow it, stacked, and the one that gives the score."""

    first: Affine
    further: Affine
    last: Affine


class State(NamedTuple):
    """A training under way: parameters, a state for each of `OPTIMIZERS`, the data, and the key of the batches."""

    params: Params
    optimizers: list
    learn: Sample
    fresh: Sample
    key: PRNGKeyArray
    updates: Array


def draw_points(key: PRNGKeyArray, data_set, noise) -> Sample:
    """Draw points of one of `SETS`, by its number."""
    x, labels = lax.switch(data_set, [partial(make, noise=noise) for make in SETS.values()], key)
    shift_x, shift_y, scale = jnp.array([PLACES.get(name, (0.0, 0.0, 1.0)) for name in SETS])[data_set]
    return Sample(scale * (x + jnp.array([shift_x, shift_y])), labels, jnp.ones(SAMPLES, bool))


def forward(params: Params, x: Float[Array, "n 2"], width, depth, activation):
    """Return the score of each row of `x`, and what the hidden layers put out, `[DEPTH, n, WIDTH]`: :eq:`mlp-forward`.

    Parameters
    ----------
    width, depth
        Units and layers in use; a layer out of use hands its input on.
    activation
        Number of one of `ACTIVATIONS`.
    """

    def bend(x, layer):
        return lax.switch(activation, list(ACTIVATIONS.values()), affine(x, *layer)) * (jnp.arange(WIDTH) < width)

    def deeper(x, numbered):
        number, layer = numbered
        x = jnp.where(number < depth, bend(x, layer), x)
        return x, x

    first = bend(x, params.first)
    last, outputs = lax.scan(deeper, first, (jnp.arange(1, DEPTH), params.further))
    return affine(last, *params.last)[:, 0], jnp.concatenate([first[None], outputs])


def mean_loss(scores, sample: Sample) -> Float[Array, ""]:
    """Mean logistic loss of the rows in use: equation :eq:`logistic-loss`."""
    losses = jax.vmap(logistic_loss)(scores[:, None], sample.labels[:, None])
    return jnp.sum(jnp.where(sample.used, losses, 0)) / jnp.sum(sample.used)


def accuracy(scores, sample: Sample) -> Float[Array, ""]:
    """Share of the rows in use that are on the right side."""
    return jnp.sum(((scores > 0) == (sample.labels > 0)) & sample.used) / jnp.sum(sample.used)


def init(seed, data_set, noise, own) -> State:
    """Draw the data and the weights; the reader's own points join those to learn from."""
    key_learn, key_fresh, key_params, key = jr.split(jr.key(seed), 4)
    made = draw_points(key_learn, data_set, noise)
    added = Sample(own[:, :2], own[:, 2].astype(int), own[:, 3] > 0)
    learn = jax.tree.map(lambda a, b: jnp.concatenate([a, b]), made, added)
    key_first, key_further, key_last = jr.split(key_params, 3)
    params = Params(
        Affine(jr.normal(key_first, (2, WIDTH)), jnp.zeros(WIDTH)),
        Affine(jr.normal(key_further, (DEPTH - 1, WIDTH, WIDTH)) / 2, jnp.zeros((DEPTH - 1, WIDTH))),
        Affine(jr.normal(key_last, (WIDTH, 1)) / 2, jnp.zeros(1)),
    )
    optimizers = [make(0.0).init(params) for make in OPTIMIZERS.values()]
    return State(params, optimizers, learn, draw_points(key_fresh, data_set, noise), key, jnp.int32(0))


def step(state: State, learning_rate, batch, width, depth, activation, optimizer, l2) -> State:
    """Make one update with a random batch :eq:`minibatch`: :eq:`gradient-descent`, :eq:`momentum` or :eq:`adam`."""
    rows = jr.randint(jr.fold_in(state.key, state.updates), (BATCH,), 0, jnp.sum(state.learn.used))
    chosen = jax.tree.map(lambda a: a[rows], state.learn)._replace(used=jnp.arange(BATCH) < batch)

    def loss(params):
        scores, _ = forward(params, chosen.x, width, depth, activation)
        return mean_loss(scores, chosen) + l2 / 2 * sum((layer.w**2).sum() for layer in params)

    grads = jax.grad(loss)(state.params)
    made = [make(learning_rate) for make in OPTIMIZERS.values()]
    updates = [rule.update(grads, known) for rule, known in zip(made, state.optimizers, strict=True)]
    changes, optimizers = map(list, zip(*updates, strict=True))
    params = jax.tree.map(lambda p, *change: p + lax.select_n(optimizer, *change), state.params, *changes)
    return state._replace(params=params, optimizers=optimizers, updates=state.updates + 1)


def draw(state: State, width, depth, activation) -> dict:
    """Return what there is to see: the boundary, each unit's picture, losses and accuracies."""
    learn, fresh, params = state.learn, state.fresh, state.params
    places = jnp.concatenate([_lattice(SIDE), _lattice(SMALL), learn.x, fresh.x])
    scores, units = forward(params, places, width, depth, activation)
    field, _, on_learn, on_fresh = jnp.split(scores, [SIDE**2, SIDE**2 + SMALL**2, SIDE**2 + SMALL**2 + len(learn.x)])
    pictures = units[:, SIDE**2 : SIDE**2 + SMALL**2].transpose(0, 2, 1) * (jnp.arange(DEPTH) < depth)[:, None, None]
    pictures = pictures / jnp.maximum(jnp.abs(pictures).max(2, keepdims=True), 1e-6)
    return dict(
        field=jnp.tanh(field / 2).reshape(SIDE, SIDE),
        units=pictures.reshape(-1, SMALL, SMALL)[:, ::-1],
        training=mean_loss(on_learn, learn),
        fresh=mean_loss(on_fresh, fresh),
        right_training=accuracy(on_learn, learn),
        right_fresh=accuracy(on_fresh, fresh),
        x=jnp.where(learn.used[:, None], learn.x, 9.0),  # out of sight
        labels=learn.labels,
    )


def _lattice(n: int):
    ends = jnp.linspace(-REACH, REACH, n)
    return jnp.stack(jnp.meshgrid(ends, ends), -1).reshape(-1, 2)


USUAL = dict(
    data_set="moons", noise=0.15, learning_rate=0.03, width=4, depth=2, activation="tanh", optimizer="Adam", batch=20,
    l2=0.0, seed=0, own=(),
)  # fmt: skip


def controls(**start) -> dict:
    """Return the controls of the playground, by name, each at the value given."""
    start = USUAL | start
    return dict(
        data_set=Choice(list(SETS), start=start["data_set"], label="data"),
        noise=Range(0.0, 0.5, steps=51, start=start["noise"]),
        learning_rate=Range(0.001, 10.0, steps=41, log=True, start=start["learning_rate"], label="learning rate"),
        width=Range(1, WIDTH, steps=WIDTH, start=start["width"], label="units a layer"),
        depth=Range(1, DEPTH, steps=DEPTH, start=start["depth"], label="hidden layers"),
        activation=Choice(list(ACTIVATIONS), start=start["activation"]),
        optimizer=Choice(list(OPTIMIZERS), start=start["optimizer"], label="optimiser"),
        batch=Range(1, BATCH, steps=BATCH, start=start["batch"], label="batch size"),
        l2=Range(0.0, 0.1, steps=51, start=start["l2"], label="weight decay"),
        seed=Seed(start["seed"]),
        own=Points(SQUARE, classes=("blue", "orange"), label="your own points"),
    )


def playground(title: str = "A network draws a boundary", *, offer=tuple(USUAL), **start) -> Explorer:
    """Return the figure.

    Parameters
    ----------
    title
        Unlike all others on its page.
    offer
        Names of the settings that the reader may move.
    start
        Settings to begin with, where they differ from the usual ones.

    Raises
    ------
    ValueError
        If there is no such setting, or it has no such value.
    """
    for name in (*offer, *start):
        checks.one_of("playground", "setting", name, USUAL)
    every = controls(**start)
    fixed = {name: control.argument(control.position) for name, control in every.items() if name not in offer}
    updates = jnp.arange(0, COUNT * EACH + 1, EACH)
    boundary = Plane("field", extent=SQUARE, limits=(-1, 1), contours=[0], points=("x", "labels"), title="boundary")
    losses = Curve(["training", "fresh"], x=updates, xlabel="updates", ylabel="nats", ylim=(0.0, 1.0), title="loss")
    units = Images("units", limits=(-1, 1), columns=WIDTH, colours="diverging", title="what each unit sees")
    return Explorer(
        Steps(init, step, draw, count=COUNT, each=EACH, fixed=fixed),
        controls={name: control for name, control in every.items() if name in offer},
        views=[boundary, losses, units],
        title=title,
        describe="""{right_training:.0%} of the training points and {right_fresh:.0%} of the fresh ones are on the
            right side; the loss is {training:.2f} in training and {fresh:.2f} on the fresh.""",
        frames="update",
    )
