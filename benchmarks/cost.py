"""What it costs to grow: seconds of a training step against width, depth, batch, sequence length and vocabulary.

`python -m benchmarks.cost` times each step at sizes that are powers of two, all sizes in turn, and fits a power of
the size to the upper half of them.  Beside it stands the exponent of the operations that the formulas count, fitted to
the same sizes in the same way.  It also measures three ways to time wrongly.
"""

import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np

from benchmarks import clock
from dlbook.models import char_rnn, mlp, word2vec
from dlbook.ops.word_losses import hierarchical_softmax_loss, negative_sampling_loss

RATE = 0.01
INPUTS, CLASSES, BATCH = 64, 10, 64
FEATURES, WORDS, NEGATIVES = 64, 256, 5  # of a word vector; of a batch; drawn for each
SYMBOLS, EMBEDDING, UNITS, WINDOWS = 64, 64, 128, 32


class Growth(NamedTuple):
    """A training step that grows.

    Attributes
    ----------
    grows
        What is doubled.
    sizes
        Its values, powers of two.
    start
        Gives, for a size, the step, its state and its other arguments.
    count
        Floating-point operations at a size: products of matrices, and updates of parameters.
    """

    grows: str
    sizes: list[int]
    start: Callable
    count: Callable


def main():
    """Measure all growths, print the exponents, write the results."""
    rows = [measured(name, growth) for name, growth in growths().items()]
    for row in rows:
        print(
            f"  {row['name']:<40} {row['grows']:<12} exponent {row['exponent']:5.2f} +- {row['uncertainty']:.2f},"
            f" counted {row['counted']:5.2f}   {1e6 * row['seconds'][0]:8.1f} to {1e6 * row['seconds'][-1]:9.1f} us"
        )
    clock.write("cost", {"growths": rows, "wrong": wrongly_timed()})


def measured(name: str, growth: Growth, rounds: int = 11) -> dict:
    """Time a growth at all its sizes in turn, and fit the exponents."""
    laps = clock.interleaved({size: clock.updating(*growth.start(size)) for size in growth.sizes}, rounds=rounds)
    laps = [clock.spread(laps[size]) for size in growth.sizes]
    seconds, counts = [lap["seconds"] for lap in laps], [growth.count(size) for size in growth.sizes]
    exponent, uncertainty = power(growth.sizes, seconds)
    return {
        "name": name,
        "grows": growth.grows,
        "sizes": growth.sizes,
        **{key: [lap[key] for lap in laps] for key in ("seconds", "low", "high")},
        "flops": counts,
        "exponent": exponent,
        "uncertainty": uncertainty,
        "counted": power(growth.sizes, counts)[0],
    }


def power(sizes, values) -> tuple[float, float]:
    """Return the exponent p of c size^p on the upper half of the sizes, and its standard error.

    Least squares of the logarithms: the slope of a straight line on log-log axes.
    """
    half = len(sizes) // 2
    x, y = np.log(sizes[half:]), np.log(values[half:])
    x = x - x.mean()
    slope = (x * y).sum() / (x**2).sum()
    rest = y - y.mean() - slope * x
    return float(slope), float(math.sqrt((rest**2).sum() / (len(x) - 2) / (x**2).sum()))


def growths() -> dict[str, Growth]:
    """Return the training steps by name."""
    wide = lambda width: (INPUTS, width, width, CLASSES)
    deep = lambda depth: (INPUTS,) * (depth + 1) + (CLASSES,)
    vocabulary, length = [2**k for k in range(8, 17)], lambda words: math.ceil(math.log2(words))
    scored = lambda rows: 6 * WORDS * rows * FEATURES
    dense = lambda words: 3 * words * FEATURES  # the gradient of a table is as large as the table
    return {
        "perceptron": Growth(
            "width",
            [2**k for k in range(4, 12)],
            lambda width: perceptron(wide(width), BATCH),
            lambda width: perceptron_flops(wide(width), BATCH),
        ),
        "deep perceptron": Growth(
            "depth",
            [2**k for k in range(7)],
            lambda depth: perceptron(deep(depth), BATCH),
            lambda depth: perceptron_flops(deep(depth), BATCH),
        ),
        "perceptron, larger batches": Growth(
            "batch",
            [2**k for k in range(2, 14)],
            lambda batch: perceptron(wide(256), batch),
            lambda batch: perceptron_flops(wide(256), batch),
        ),
        "LSTM": Growth("length", [2**k for k in range(2, 10)], language_model, lstm_flops),
        "softmax": Growth("vocabulary", vocabulary, softmax, lambda words: scored(words) + dense(words)),
        "negative sampling, whole gradient": Growth(
            "vocabulary", vocabulary, negatives_dense, lambda words: scored(NEGATIVES + 1) + 2 * dense(words)
        ),
        "negative sampling, rows in two steps": Growth(
            "vocabulary", vocabulary, negatives_in_two_steps, lambda words: scored(NEGATIVES + 1)
        ),
        "negative sampling, rows": Growth(
            "vocabulary", vocabulary, negatives_by_row, lambda words: scored(NEGATIVES + 1)
        ),
        "hierarchical softmax, rows": Growth(
            "vocabulary", vocabulary, tree_by_row, lambda words: scored(length(words))
        ),
    }


def descent(loss: Callable) -> Callable:
    """Return a step of gradient descent on `loss(params, *arguments)`."""

    def step(params, *arguments):
        grads = jax.grad(loss)(params, *arguments)
        return jax.tree.map(lambda p, g: p - RATE * g, params, grads)

    return step


def perceptron(sizes, batch):
    """A network of these sizes on random images."""
    x, labels = jr.normal(jr.key(0), (batch, INPUTS)), jnp.arange(batch) % CLASSES
    return descent(mlp.loss), mlp.init(jr.key(1), sizes), (x, labels)


def perceptron_flops(sizes, batch) -> int:
    """Three products a layer, but for the gradient by the inputs; and an update of each parameter."""
    products = sum(6 * batch * n_in * n_out for n_in, n_out in pairwise(sizes))
    return products - 2 * batch * sizes[0] * sizes[1] + 2 * mlp.count_parameters(sizes)


def language_model(length):
    """The character model of the races, on windows of this length."""
    windows = jr.randint(jr.key(0), (WINDOWS, length + 1), 0, SYMBOLS)
    params = char_rnn.init(jr.key(1), SYMBOLS, (UNITS,), embedding=EMBEDDING)
    return descent(char_rnn.loss), params, windows


def lstm_flops(length) -> int:
    """At each place three products for the recurrence and three for the scores; the table once; the updates."""
    place = 6 * WINDOWS * UNITS * (4 * UNITS + SYMBOLS)
    return length * place + 6 * SYMBOLS * EMBEDDING * 4 * UNITS + 2 * UNITS * 4 * (UNITS + EMBEDDING)


def softmax(words):
    """Skip-gram with the whole vocabulary."""
    return descent(word2vec.softmax_loss), _vectors(words), _pairs(words)


def negatives_dense(words):
    """Negative sampling as autodiff gives it: the gradient of each table is a table."""

    def loss(params, inputs, outputs, drawn):
        return negative_sampling_loss(params.words[inputs], params.outputs[outputs], params.outputs[drawn])

    return descent(loss), _vectors(words), *_drawn(words)


def negatives_in_two_steps(words):
    """Negative sampling that changes the rows of the right words, then those of the drawn ones."""

    def step(params, inputs, outputs, drawn):
        rows = params.words[inputs], params.outputs[outputs], params.outputs[drawn]
        dh, dright, dwrong = jax.grad(lambda rows: negative_sampling_loss(*rows))(rows)
        moved = params.outputs.at[outputs].add(-RATE * dright).at[drawn].add(-RATE * dwrong)
        return word2vec.Params(params.words.at[inputs].add(-RATE * dh), moved)

    return step, _vectors(words), *_drawn(words)


def negatives_by_row(words):
    """Negative sampling that changes all rows it has looked up at once, and no others."""

    def step(params, inputs, outputs, drawn):
        scored = jnp.concatenate([outputs[:, None], drawn], 1)
        rows = params.words[inputs], params.outputs[scored]
        dh, dscored = jax.grad(lambda rows: negative_sampling_loss(rows[0], rows[1][:, 0], rows[1][:, 1:]))(rows)
        moved = params.outputs.at[scored].add(-RATE * dscored)
        return word2vec.Params(params.words.at[inputs].add(-RATE * dh), moved)

    return step, _vectors(words), *_drawn(words)


def tree_by_row(words):
    """Hierarchical softmax over a balanced tree that changes the rows it has looked up, and no others."""
    (inputs, _, outputs), levels = _pairs(words), math.ceil(math.log2(words))
    bits = outputs[:, None] >> jnp.arange(levels)
    nodes, turns = (2 ** jnp.arange(levels)[::-1]) - 1 + (bits >> 1), 1 - 2 * (bits & 1)

    def step(params, inputs, nodes, turns):
        rows = params.words[inputs], params.outputs[nodes]
        dh, dnodes = jax.grad(lambda rows: hierarchical_softmax_loss(*rows, turns))(rows)
        moved = params.outputs.at[nodes].add(-RATE * dnodes)
        return word2vec.Params(params.words.at[inputs].add(-RATE * dh), moved)

    return step, _vectors(words), inputs[:, 0], nodes, turns


def _vectors(words):
    return word2vec.init(jr.key(0), words, FEATURES)


def _pairs(words):
    inputs, outputs = jr.randint(jr.key(1), (2, WORDS), 0, words)
    return inputs[:, None], jnp.ones((WORDS, 1), bool), outputs


def _drawn(words):
    inputs, _, outputs = _pairs(words)
    return inputs[:, 0], outputs, jr.randint(jr.key(2), (WORDS, NEGATIVES), 0, words)


def wrongly_timed(side: int = 1024, rounds: int = 11) -> dict:
    """Time one product of matrices: rightly, without waiting, with its compilation, and beside other programs."""
    a = jr.normal(jr.key(0), (side, side))
    unheard_of = time.time()  # a constant that stands in no cache of compiled programs
    multiply = jax.jit(lambda a: a @ a + unheard_of)
    call = clock.waiting(multiply, a)
    first = clock.lap(call)
    right = clock.spread([clock.lap(call) for _ in range(rounds)])["seconds"]
    unawaited = []
    for _ in range(rounds):
        unawaited.append(clock.lap(lambda: multiply(a)))
        call()
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * os.cpu_count())]
    try:
        loaded = clock.spread([clock.lap(call) for _ in range(rounds)])["seconds"]
    finally:
        for process in busy:
            process.kill()
            process.wait()
    return {
        "side": side,
        "right": right,
        "without waiting": clock.spread(unawaited)["seconds"],
        "with compilation": first,
        "beside other programs": loaded,
        "other programs": len(busy),
    }


if __name__ == "__main__":
    main()
