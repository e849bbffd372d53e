"""The training loop: a whole run is one compiled call."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jax import lax
from jax.sharding import Mesh
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from dlbook import checks
from dlbook.train.checkpoints import Checkpoints, identity
from dlbook.train.devices import available, everywhere, put_together, shared_out
from dlbook.train.optimizers import adam
from dlbook.train.parts import in_parts


class Fit(NamedTuple):
    """What a run leaves behind.

    Attributes
    ----------
    params
        The trained parameters.
    loss
        Loss of each minibatch, before its update.
    metrics
        What `metrics(params)` gave after each epoch, stacked.
    best
        With early stopping, the number of the epoch that `params` are from; else None.
    """

    params: PyTree
    loss: Float[Array, "epochs batches"]
    metrics: Any
    best: Int[Array, ""] | None = None


class Best(NamedTuple):
    """The parameters with the lowest score so far, that score, and the number of their epoch."""

    params: PyTree
    score: Float[Array, ""]
    epoch: Int[Array, ""]


def fit(
    loss: Callable,
    params: PyTree,
    data: PyTree[Array],
    *,
    key: PRNGKeyArray,
    learning_rate=1e-3,
    optimizer: Callable = adam,
    epochs: int = 10,
    batch_size: int = 32,
    metrics: Callable = lambda params: None,
    settings: dict | None = None,
    score: Callable | None = None,
    patience: int = 5,
    progress: bool = False,
    mesh: Mesh | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_every: int | None = None,
) -> Fit:
    """Minimise `loss(params, batch, key, **settings)` by minibatch gradient descent :eq:`minibatch`.

    Each epoch visits the samples in a fresh random order; those left over when
    no further batch can be filled sit that epoch out.

    Parameters
    ----------
    data
        Arrays with one sample in each entry of their first axis.
    key
        Decides the order of the samples, and what the loss draws.
    learning_rate
        May be traced, so that `sweep` can vary it.
    optimizer
        Makes an optimizer from a learning rate; `optax.adam` works too.
    metrics
        Evaluated on the parameters after each epoch.
    settings
        Further arguments of the loss, such as `{"l2": 1e-3}`; they may be traced.
    score
        A number to be low, such as the loss on held-back samples, of the parameters after each epoch.  It turns
        on early stopping :eq:`early-stopping`: the run ends once `patience` epochs have brought no better score,
        and the best parameters are returned.
    patience
        Epochs in a row without a better score after which the run stops.
    progress
        Compile one epoch instead of the run, and show a bar with the loss and the time left.
    mesh
        Devices that share each batch, such as `jax.make_mesh((8,), ("batch",))`.  Each holds the parameters and
        computes the gradient of an equal part of the samples; what is returned lies on all of them.
    checkpoint
        A folder in which the run is stored while it goes (see Notes), by compiling one epoch instead of the run.
        Where it holds a part of the run, only the rest is computed; where it holds all, nothing is.
    checkpoint_every
        Epochs from one checkpoint to the next.  By default as many as keep saving to a twentieth of the time.

    Raises
    ------
    ValueError
        If the learning rate is not a positive number, no batch fits, a batch cannot be shared out evenly, the
        patience is below 1, the arrays of `data` differ in length, or the loss refuses the data (see Notes); if the
        folder of the checkpoints holds another run, a longer one, or other files.

    Notes
    -----
    Before anything is compiled the loss is traced once on the samples with the smallest and
    largest labels, so that shapes that do not match and labels out of range are
    reported by the op that they reach.

    One compilation serves all later calls with the same functions, sizes and
    counts; a new `lambda` or `partial` is a new function.  A run that diverges is
    no error: its losses become inf or nan.  The losses of epochs that early stopping leaves out are nan.

    A run that was stopped, by an error, by Ctrl-C or by a power cut, goes on when the same call is made again, and
    ends with the same numbers to the last bit.  The same call means the same arguments, `epochs` apart, which may
    grow; functions are told apart by name.  On another mesh it goes on too, with the same numbers to rounding.
    Several processes need a folder that all of them see.
    """
    settings = settings or {}
    samples = count_samples("fit", data)
    checks.positive("fit", "learning_rate", learning_rate)
    checks.in_range("fit", "epochs", epochs, 1, np.inf)
    if not 1 <= batch_size <= samples:
        raise ValueError(f"fit: batch_size must lie between 1 and the {samples} samples, got {batch_size}.")
    if mesh is not None:
        available("fit", mesh)
        if batch_size % mesh.size:
            raise ValueError(f"fit: batch_size must be a multiple of the {mesh.size} devices, got {batch_size}.")
    checks.in_range("fit", "patience", patience, 1, np.inf)
    params, data, key, learning_rate, settings = everywhere(mesh, (params, data, key, learning_rate, settings))
    extremes = _extremes(data)
    jax.eval_shape(lambda params: loss(params, extremes, key, **settings), params)

    run = partial(_epochs, loss, optimizer, metrics, (score, patience), batch_size, mesh)
    state = _start(optimizer, score, params, learning_rate)
    if not progress and checkpoint is None:
        state, records = run(epochs, state, data, key, learning_rate, settings, 0)
        return _finish(state, records)

    epoch = lambda state, number: run(1, state, data, key, learning_rate, settings, number)
    named = dict(loss=loss, optimizer=optimizer, batch_size=batch_size, learning_rate=learning_rate, key=key)
    watched = dict(metrics=metrics, score=score, patience=patience)
    same = identity("fit", **named, settings=settings, params=params, data=data, **watched) if checkpoint else {}
    kept, shown = Checkpoints("fit", checkpoint, checkpoint_every, same), lambda record: {"loss": record[0].mean()}
    state, records = in_parts(epoch, epochs, state, kept, progress=progress, shown=shown)
    return _finish(state, everywhere(mesh, jax.tree.map(jnp.asarray, records)))


@partial(jax.jit, static_argnums=(0, 1))
def _start(optimizer, score, params, learning_rate):
    best = score and Best(params, jnp.full((), jnp.inf), jnp.zeros((), "int32"))
    return (params, optimizer(learning_rate).init(params)), best


def _finish(state, records):
    ((params, _), best), (losses, measured) = state, records
    return Fit(best.params, losses, measured, best.epoch) if best else Fit(params, losses, measured)


@partial(jax.jit, static_argnums=(0, 1, 2, 3, 4, 5, 6))
def _epochs(
    loss, optimizer, metrics, stopping, batch_size, mesh, epochs, state, data, key, learning_rate, settings, first
):
    """Run `epochs` epochs, the first of them numbered `first`; return the state and the records."""
    samples = len(jax.tree.leaves(data)[0])
    batches = samples // batch_size
    opt = optimizer(learning_rate)

    def epoch(state, number):
        key_order, key_steps = jr.split(jr.fold_in(key, number))

        def step(state, inputs):
            params, opt_state = state
            number, rows = inputs
            batch = shared_out(mesh, jax.tree.map(lambda a: a[rows], data))
            value, grads = jax.value_and_grad(loss)(params, batch, jr.fold_in(key_steps, number), **settings)
            updates, opt_state = opt.update(grads, opt_state, params)
            return put_together(mesh, (jax.tree.map(jnp.add, params, updates), opt_state)), value

        order = jr.permutation(key_order, samples)[: batches * batch_size]
        state, losses = lax.scan(step, state, (jnp.arange(batches), order.reshape(batches, batch_size)))
        return state, losses

    def rest(state, number):
        return state, jnp.full(batches, jnp.nan)

    def watched(state, number):
        state, best = state
        if best is None:
            state, losses = epoch(state, number)
        else:
            running = number - best.epoch <= stopping[1]
            state, losses = lax.cond(running, epoch, rest, state, number)
            best = _better(best, state[0], jnp.where(running, stopping[0](state[0]), jnp.inf), number)
        return (state, best), (losses, metrics(state[0]))

    return lax.scan(watched, state, first + jnp.arange(epochs))


def _better(best, params, value, number):
    """The new parameters where their score is lower, else the best so far."""
    return jax.tree.map(lambda new, old: jnp.where(value < best.score, new, old), Best(params, value, number), best)


def count_samples(where: str, data: PyTree[Array]) -> int:
    """Return the length that all arrays of `data` share; raise a ValueError if they differ in it."""
    leaves = jax.tree.leaves(data)
    lengths = sorted({a.shape[0] if a.ndim else 0 for a in leaves})
    if len(lengths) != 1:
        raise ValueError(f"{where}: the arrays of data must have one sample count, got {lengths or 'no array'}.")
    return lengths[0]


def _extremes(data):
    """The samples that hold the smallest and the largest entry of each one-dimensional integer array."""
    known = lambda a: a.ndim == 1 and jnp.issubdtype(a.dtype, jnp.integer) and _at_hand(a)
    labels = [np.asarray(a) for a in jax.tree.leaves(data) if known(a)]
    rows = np.array([row for a in labels for row in (a.argmin(), a.argmax())] or [0])
    return jax.tree.map(lambda a: a[rows], data)


def _at_hand(a) -> bool:
    """Tell whether the numbers can be looked at: they are known, and no other process holds a part of them."""
    return not isinstance(a, jax.core.Tracer) and getattr(a, "is_fully_addressable", True)
