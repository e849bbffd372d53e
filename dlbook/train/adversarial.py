"""Two players that learn in turn: a whole run is one compiled call."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jax import lax
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from dlbook import checks
from dlbook.train.checkpoints import Checkpoints, identity
from dlbook.train.loop import count_samples
from dlbook.train.optimizers import adam
from dlbook.train.parts import in_parts


class Match(NamedTuple):
    """What a run of two players leaves behind.

    Attributes
    ----------
    players
        The trained parameters of both.
    loss
        Losses of the two players in each round, each before the update; the first player's of its last step.
    metrics
        What `metrics(players)` gave every so many rounds, stacked.
    """

    players: PyTree
    loss: Float[Array, "rounds 2"]
    metrics: Any


def alternate(
    losses: tuple[Callable, Callable],
    players: PyTree,
    data: PyTree[Array],
    *,
    key: PRNGKeyArray,
    learning_rate=1e-3,
    optimizer=adam,
    rounds: int = 1000,
    steps=1,
    batch_size: int = 64,
    metrics: Callable = lambda players: None,
    every: int | None = None,
    settings: tuple[dict, dict] = ({}, {}),
    progress: bool = False,
    checkpoint: str | Path | None = None,
    checkpoint_every: int | None = None,
) -> Match:
    """Let two players descend in turn, the first `steps` times, then the second once: algorithm :eq:`gan-updates`.

    Each step draws a minibatch of its own, with replacement.

    Parameters
    ----------
    losses
        Of the first and the second player, `loss(own, other, batch, key, **settings)`, as
        :func:`dlbook.models.gan.game` makes them.
    players
        A pair of parameters, such as :class:`dlbook.models.gan.GAN`.
    data
        Arrays with one sample in each entry of their first axis.
    learning_rate, optimizer
        One for both players, or a pair.  The rates may be traced.
    steps
        Updates of the first player for each of the second; it may be traced.
    metrics
        Evaluated on the players after each `every` rounds; `lambda players: players.generator` takes snapshots.
    every
        Rounds of a block.  By default all, so that `metrics` are taken at the end alone; to be given for `progress`
        and for a `checkpoint`, which go block by block.
    settings
        Further arguments of each loss, such as `({"penalty": 0.1}, {})`; they may be traced.
    progress
        Compile a block of `every` rounds instead of the run, and show a bar with the losses and the time left.
    checkpoint
        A folder in which the run is stored between its blocks, and from which it goes on, as with
        :func:`dlbook.train.fit`.  The rounds may grow.
    checkpoint_every
        Blocks from one checkpoint to the next.  By default as many as keep saving to a twentieth of the time.

    Raises
    ------
    ValueError
        If a learning rate is not a positive number, a count is below 1, `every` does not divide `rounds` or is missing
        where there is a bar or a checkpoint, the arrays of `data` differ in length, or a loss refuses the data; if the
        folder of the checkpoints holds another run, a longer one, or other files.

    Notes
    -----
    As with :func:`dlbook.train.fit`, one compilation serves all calls with the same functions and sizes, and a
    run that diverges is no error.
    """
    samples = count_samples("alternate", data)
    if every is None and (progress or checkpoint is not None):
        raise ValueError("alternate: every, the rounds of a block, must be given for progress and for a checkpoint.")
    every = rounds if every is None else every
    for rate in _pair(learning_rate):
        checks.positive("alternate", "learning_rate", rate)
    for name, count in {"rounds": rounds, "steps": steps, "batch_size": batch_size, "every": every}.items():
        checks.in_range("alternate", name, count, 1, np.inf)
    if rounds % every:
        raise ValueError(f"alternate: every must divide the {rounds} rounds, got {every}.")
    batch = jax.tree.map(lambda a: a[jnp.arange(batch_size) % samples], data)
    for own, loss in enumerate(losses):
        jax.eval_shape(partial(loss, **settings[own]), players[own], players[1 - own], batch, key)

    losses, settings, rates, rules = tuple(losses), tuple(settings), _pair(learning_rate), _pair(optimizer)
    run = partial(_blocks, losses, rules, metrics, batch_size, every)
    state = _start(rules, players, rates)
    if not progress and checkpoint is None:
        return _finish(*run(rounds // every, state, data, key, steps, rates, settings, 0))

    block = lambda state, number: run(1, state, data, key, steps, rates, settings, number)
    named = dict(losses=losses, optimizers=rules, learning_rates=rates, steps=steps, settings=settings, every=every)
    given = dict(batch_size=batch_size, key=key, players=players, data=data, metrics=metrics)
    same = identity("alternate", **named, **given) if checkpoint else {}
    kept = Checkpoints("alternate", checkpoint, checkpoint_every, same, unit="round", size=every)
    shown = lambda record: dict(zip(("first", "second"), record[0].mean((0, 1)), strict=True))
    state, records = in_parts(block, rounds // every, state, kept, progress=progress, shown=shown)
    return _finish(state, jax.tree.map(jnp.asarray, records))


@partial(jax.jit, static_argnums=0)
def _start(optimizers, players, rates):
    return players, tuple(
        make(rate).init(player) for make, rate, player in zip(optimizers, rates, players, strict=True)
    )


def _finish(state, records):
    (players, _), (played, measured) = state, records
    return Match(players, played.reshape(-1, 2), measured)


@partial(jax.jit, static_argnums=(0, 1, 2, 3, 4, 5))
def _blocks(losses, optimizers, metrics, batch_size, every, blocks, state, data, key, steps, rates, settings, first):
    """Run `blocks` blocks of `every` rounds, the first of them numbered `first`; return the state and the records."""
    samples = len(jax.tree.leaves(data)[0])
    rules = [make(rate) for make, rate in zip(optimizers, rates, strict=True)]
    pair = jax.tree.structure(state[0], is_leaf=lambda node: node is not state[0])

    def turn(own, state, key):
        players, states = state
        key_rows, key_loss = jr.split(key)
        rows = jr.randint(key_rows, (batch_size,), 0, samples)
        batch = jax.tree.map(lambda a: a[rows], data)
        loss = partial(losses[own], **settings[own])
        value, grads = jax.value_and_grad(loss)(players[own], players[1 - own], batch, key_loss)
        updates, moved = rules[own].update(grads, states[own], players[own])
        player = jax.tree.map(jnp.add, players[own], updates)
        return (_with(players, own, player), _with(states, own, moved)), value

    def play(state, number):
        key_first, key_second = jr.split(jr.fold_in(key, number))
        again = lambda step, carried: turn(0, carried[0], jr.fold_in(key_first, step))
        state, judged = lax.fori_loop(0, steps, again, (state, jnp.zeros(())))
        state, cheated = turn(1, state, key_second)
        return state, jnp.stack([judged, cheated])

    def block(state, number):
        state, played = lax.scan(play, state, number * every + jnp.arange(every))
        return state, (played, metrics(jax.tree.unflatten(pair, state[0])))

    (players, moved), records = lax.scan(block, (tuple(state[0]), state[1]), first + jnp.arange(blocks))
    return (jax.tree.unflatten(pair, players), moved), records


def _with(pair, place, new):
    return (new, pair[1]) if place == 0 else (pair[0], new)


def _pair(of):
    return tuple(of) if isinstance(of, tuple | list) else (of, of)
