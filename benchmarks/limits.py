"""How far each kernel is from what the machine allows: the roofline :cite:`williams2009roofline`.

`python -m benchmarks.limits` measures the machine's two limits, then each kernel.  The peak is that of a large matrix
product, the bandwidth that of a triad, a + 3 c into a's place, with arrays of several sizes: what fits into a cache
comes faster than what does not.  A kernel must do its operations, and read its arguments and write its results once;
no program can take less time than the slower of the two takes.

Operations are those of the formula.  Where they are matrix products, the products alone are counted; elsewhere the
compiler counts, which it does well except for loops, whose body it counts once.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr

from benchmarks import clock
from dlbook.data import noise
from dlbook.models import word2vec, word_blocks
from dlbook.ops import activations, affine, batch_norm, conv, conv_pool, embedding, losses, pool, recurrence
from dlbook.train import adam

PRODUCTS = (512, 1024, 2048)  # sides of the matrices whose product gives the peak
FOOTPRINTS = [2**k for k in range(18, 29)]  # bytes of the triad's two arrays


class Kernel(NamedTuple):
    """A function, its arguments, and the operations and bytes that it needs.

    Attributes
    ----------
    flops
        Floating-point operations; by default as the compiler counts them.
    bytes
        Read and written; by default those of all arguments and results.
    in_place
        Whether the result takes the place of the first argument.
    """

    function: Callable
    arguments: tuple
    flops: int | None = None
    bytes: int | None = None
    in_place: bool = False


def main():
    """Measure limits and kernels, print a line for each, write the results."""
    limits = measured_limits()
    rows = measured(kernels(), limits)
    print(f"peak {limits['peak'] / 1e9:.0f} GFLOP/s, memory {limits['memory'] / 1e9:.0f} GB/s")
    for row in rows:
        print(
            f"  {row['name']:<34} {row['intensity']:8.2f} FLOP/byte {1e6 * row['seconds']:9.1f} us  {row['share']:6.1%}"
        )
    clock.write("limits", {"limits": limits, "kernels": rows})


def measured_limits(products=PRODUCTS, footprints=FOOTPRINTS, rounds: int = 11) -> dict:
    """Return the peak, the bandwidth with arrays of each size, and the seconds of a call that does nothing.

    `fresh` is the bandwidth at the largest size when the result gets new memory, which the system hands out page by
    page, each cleared at its first use.
    """
    squares = {n: jnp.ones((n, n)) for n in products}
    multiply = jax.jit(jnp.matmul)
    at_products = clock.interleaved({n: clock.waiting(multiply, a, a) for n, a in squares.items()}, rounds=rounds)
    arrays = {size: jnp.ones(size // 8) for size in footprints}
    at_sizes = clock.interleaved({size: clock.updating(triad, a, a) for size, a in arrays.items()}, rounds=rounds)
    largest = arrays[footprints[-1]]
    in_new = clock.interleaved({"": clock.waiting(jax.jit(triad), largest, largest)}, rounds=rounds)
    nothing = clock.interleaved({"": clock.waiting(jax.jit(jnp.negative), jnp.ones(()))}, rounds=rounds)
    seconds = lambda laps: clock.spread(laps)["seconds"]
    bandwidths = [1.5 * size / seconds(at_sizes[size]) for size in footprints]
    return {
        "peak": max(2 * n**3 / seconds(at_products[n]) for n in products),
        "footprints": list(footprints),
        "bandwidths": bandwidths,
        "memory": bandwidths[-1],
        "cache": max(bandwidths),
        "fresh": 1.5 * footprints[-1] / seconds(in_new[""]),
        "call": seconds(nothing[""]),
    }


def triad(a, c):
    """Read two arrays, write one."""
    return a + 3 * c


def bandwidth(limits: dict, size: float) -> float:
    """Return the best bandwidth that the triad reached with arrays of `size` bytes or more."""
    fits = [b for at, b in zip(limits["footprints"], limits["bandwidths"], strict=True) if at >= size]
    return max(fits, default=limits["memory"])


def least_seconds(limits: dict, flops: float, size: float) -> float:
    """Return the time below which no program can stay: equation :eq:`roofline`."""
    return max(flops / limits["peak"], size / bandwidth(limits, size))


def kernels() -> dict[str, Kernel]:
    """Return the package's kernels by name, at the sizes of the races and at larger ones."""
    return {
        **_affine(128, 64, 64),
        **_affine(1024, 1024, 1024),
        **_convolution("1", (64, 28, 28, 1), 6, padding=2),
        **_convolution("2", (64, 14, 14, 6), 16, padding=0),
        **_recurrence(64, 32, 128),
        **_rows(),
        **_words(),
        "Adam, 1 M parameters": _adam(2**20),
    }


def measured(kernels: dict[str, Kernel], limits: dict, rounds: int = 15) -> list[dict]:
    """Time the kernels in turn; return operations, bytes, intensity, time and share of the roofline of each."""
    laps = clock.interleaved({name: _call(kernel) for name, kernel in kernels.items()}, rounds=rounds)
    rows = []
    for name, kernel in kernels.items():
        row = {"name": name, **counted(kernel), **clock.spread(laps[name])}
        row["intensity"] = row["flops"] / row["bytes"]
        row["share"] = least_seconds(limits, row["flops"], row["bytes"]) / row["seconds"]
        rows.append(row)
    return rows


def counted(kernel: Kernel) -> dict:
    """Return operations and bytes, by hand and as the compiler counts them in what it made of the kernel."""
    told = jax.jit(kernel.function).lower(*kernel.arguments).compile().cost_analysis()
    by_compiler = told.get("flops", 0) + told.get("transcendentals", 0)
    result = jax.eval_shape(kernel.function, *kernel.arguments)
    return {
        "flops": by_compiler if kernel.flops is None else kernel.flops,
        "bytes": size_of((kernel.arguments, result)) if kernel.bytes is None else kernel.bytes,
        "compiler_flops": by_compiler,
        "compiler_bytes": told.get("bytes accessed", 0),
    }


def size_of(arrays: Any) -> int:
    """Return the bytes of all arrays of a tree."""
    return sum(a.size * a.dtype.itemsize for a in jax.tree.leaves(arrays))


def _call(kernel: Kernel) -> Callable:
    if kernel.in_place:
        return clock.updating(kernel.function, *kernel.arguments)
    return clock.waiting(jax.jit(kernel.function), *kernel.arguments)


def _affine(n, d, m):
    x, w, b = jnp.ones((n, d)), jr.normal(jr.key(0), (d, m)), jnp.zeros(m)
    name, flops = f"affine {n}x{d}x{m}", 2 * n * d * m
    return {
        name: Kernel(affine.affine, (x, w, b), flops),
        f"{name}, backward": Kernel(affine.affine_backward, (jnp.ones((n, m)), x, w, b), 2 * flops),
    }


def _convolution(number, shape, features, padding):
    """A stage of LeNet-5: the plain convolution, that with the pooling after it, and what comes between them."""
    n, h, w, c = shape
    u, v = h + 2 * padding - 4, w + 2 * padding - 4
    x, y = jr.normal(jr.key(0), shape), jnp.ones((n, u, v, features))
    kernel, bias, small = jr.normal(jr.key(1), (5, 5, c, features)), jnp.zeros(features), y[:, ::2, ::2]
    flops = 2 * y.size * 25 * c
    with_padding = lambda f: lambda *arrays: f(*arrays, padding=padding)
    return {
        f"convolution {number}, im2col": Kernel(with_padding(conv.conv2d), (x, kernel, bias), flops),
        f"convolution {number}, library": Kernel(with_padding(conv.conv2d_by_library), (x, kernel, bias), flops),
        f"convolution {number}, backward": Kernel(with_padding(conv.conv2d_backward), (y, x, kernel, bias), 2 * flops),
        f"convolution {number} and pool, tiles": Kernel(
            with_padding(conv_pool.conv2d_max_pool), (x, kernel, bias), flops
        ),
        f"convolution {number} and pool, backward": Kernel(
            with_padding(conv_pool.conv2d_max_pool_backward), (small, x, kernel, bias), 3 * flops
        ),
        f"max pool {number}": Kernel(pool.max_pool2d, (y,)),
        f"max pool {number}, backward": Kernel(pool.max_pool2d_backward, (small, y)),
    }


def _recurrence(t, n, h):
    """Forward, and forward with backward, which is three times the products."""
    start = jnp.zeros((n, h))
    gates = lambda k: (jr.normal(jr.key(k), (t, n, k * h)), 0.1 * jr.normal(jr.key(0), (h, k * h)))
    dhs, bias = jnp.ones((t, n, h)), jnp.zeros(h)
    lstm, gru = (*gates(4), start, start), (*gates(3), bias, start)
    product = 2 * t * n * h * h
    return {
        "LSTM": Kernel(recurrence.lstm_recurrence, lstm, 4 * product),
        "LSTM, with backward": Kernel(recurrence.lstm_recurrence_backward, ((dhs, dhs), *lstm), 12 * product),
        "GRU": Kernel(recurrence.gru_recurrence, gru, 3 * product),
        "GRU, with backward": Kernel(recurrence.gru_recurrence_backward, (dhs, *gru), 9 * product),
    }


def _rows():
    """Activations, the loss of a language model's 2,048 symbols, and batch normalisation."""
    wide, scores = jr.normal(jr.key(0), (1024, 1024)), jr.normal(jr.key(1), (2048, 64))
    labels, maps = jnp.arange(2048) % 64, jr.normal(jr.key(2), (64, 28, 28, 6))
    one, scale = jnp.ones(()), jnp.ones(6)
    return {
        "ReLU": Kernel(activations.relu, (wide,), wide.size),
        "tanh": Kernel(activations.tanh, (wide,), wide.size),
        "softmax cross-entropy": Kernel(losses.softmax_cross_entropy, (scores, labels)),
        "softmax cross-entropy, backward": Kernel(losses.softmax_cross_entropy_backward, (one, scores, labels)),
        "batch norm": Kernel(batch_norm.batch_norm, (maps, scale, scale)),
        "batch norm, backward": Kernel(batch_norm.batch_norm_backward, (maps, maps, scale, scale)),
    }


def _words(words=20_000, features=100, blocks=32):
    """Rows of a table of word vectors, and one update of skip-gram: no more of the table than the rows is needed."""
    table, tokens = jnp.ones((words, features)), jr.randint(jr.key(0), (2048,), 0, words)
    window, size = 5, word_blocks.BLOCK * blocks
    params = word2vec.init(jr.key(1), words, features)
    text = word_blocks.Text(
        jr.randint(jr.key(2), (size + 2 * window,), 0, words), jnp.zeros(size + 2 * window, "int32")
    )
    drawn = noise(jnp.arange(words, 0, -1))
    around, shared = word_blocks.BLOCK + 2 * window, word_blocks.SHARED
    update = lambda params, text, drawn, key: word_blocks._update(
        params, text, drawn, key, "skip-gram", 0.025, window, 5
    )
    touched = 4 * features * blocks * (word_blocks.BLOCK + around + shared)
    return {
        "embedding": Kernel(embedding.embed, (tokens, table), 0, size_of(tokens) + 2 * 4 * 2048 * features),
        "skip-gram, 32 blocks": Kernel(
            update,
            (params, text, drawn, jr.key(3)),
            6 * blocks * word_blocks.BLOCK * (around + shared) * features,
            3 * touched + size_of((text, drawn)),
            in_place=True,
        ),
    }


def _adam(size):
    """A gradient read; parameters and both moments read and written."""
    optimizer, params = adam(1e-3), jnp.zeros(size)

    def update(carried, grads):
        params, state = carried
        steps, state = optimizer.update(grads, state, params)
        return params + steps, state

    start = params, optimizer.init(params)
    return Kernel(update, (start, jnp.ones(size)), bytes=7 * 4 * size, in_place=True)


if __name__ == "__main__":
    main()
