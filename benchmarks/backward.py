"""Every hand-written backward pass against autodiff of the same forward pass, and against the forward pass itself.

All three are jitted functions of one process, run two by two in turn.  `op_backward(dy, *arrays)` and the
vector-Jacobian product that JAX derives take the same arrays and give the same gradients, which is asserted; each works
out again what it needs of the forward pass.  The ops are those of `dlbook.ops`: each function that has its `_backward`
beside it.
"""

import importlib
import pkgutil
import statistics
from functools import partial

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np

from benchmarks.clock import interleaved, waiting
from dlbook import ops

PACKAGES = ["jax", "numpy"]
LEAST = 5e-3  # seconds that a call is repeated for, so that the clock does not count
STRIP = 1 << 19  # numbers of an array that an elementwise op takes


def pairs() -> dict:
    """Return each op of the package with its backward pass, by name; `recurrence` tells its fast forms apart."""
    found = {}
    for told in pkgutil.iter_modules(ops.__path__):
        module = importlib.import_module(f"dlbook.ops.{told.name}")
        for name, op in vars(module).items():
            if getattr(op, "__module__", "") == module.__name__ and hasattr(module, f"{name}_backward"):
                found[name] = op, getattr(module, f"{name}_backward")
    return found


def whole(*shape, below):
    """Whole numbers from 0 to `below` - 1, in turn."""
    return np.resize(np.arange(below, dtype="int32"), shape)


def signs(*shape):
    """The numbers 1 and -1 in turn."""
    return 1 - 2 * whole(*shape, below=2)


FLAT, TABLE = (STRIP,), (4096, 128)
IMAGE, KERNEL = (32, 28, 28, 8), (3, 3, 8, 16)
ELEMENTWISE = ["step", "sigmoid", "tanh", "relu", "leaky_relu", "elu"]
GATES = {"rnn": 1, "lstm": 4, "gru": 3}
STEPS, BATCH, HIDDEN = 64, 32, 128
SIZES = dict.fromkeys(ELEMENTWISE, (FLAT,)) | {
    "maxout": ((STRIP // 4, 4),),
    "softmax": (TABLE,),
    "affine": ((512, 512), (512, 512), (512,)),
    "affine_relu": ((512, 512), (512, 512), (512,)),
    "squared_error": (TABLE, TABLE),
    "logistic_loss": (FLAT, whole(STRIP, below=2)),
    "signed_logistic_loss": (FLAT, signs(STRIP)),
    "cross_entropy": ("shares", "shares"),
    "softmax_cross_entropy": (TABLE, whole(4096, below=128)),
    "svm_loss": (TABLE, whole(4096, below=128)),
    "batch_norm": (TABLE, (128,), (128,)),
    "frozen_batch_norm": (TABLE, (128,), (128,), (128,), "variances"),
    "dropout": (FLAT, whole(STRIP, below=2).astype(bool)),
    "embed": (whole(4096, below=2048), (2048, 128)),
    "negative_sampling_loss": (TABLE, TABLE, (4096, 5, 128)),
    "hierarchical_softmax_loss": (TABLE, (4096, 8, 128), signs(4096, 8)),
    "discriminator_loss": (FLAT, FLAT),
    "saturating_loss": (FLAT,),
    "nonsaturating_loss": (FLAT,),
    "critic_loss": (FLAT, FLAT),
    "wasserstein_loss": (FLAT,),
    "convolve1d": ((2048,), (9,)),
    "correlate1d": ((2048,), (9,)),
    "taps": (IMAGE,),
    "windows": (IMAGE,),
    "max_pool2d": (IMAGE,),
    "mean_pool2d": (IMAGE,),
    "conv2d": (IMAGE, KERNEL, (16,)),
    "conv2d_by_taps": (IMAGE, KERNEL, (16,)),
    "conv2d_by_library": (IMAGE, KERNEL, (16,)),
    "conv2d_max_pool": (IMAGE, KERNEL, (16,)),
    "conv2d_transpose": ((32, 14, 14, 16), (3, 3, 8, 16), (8,)),
    "lstm_gates": ((256, 128), (256, HIDDEN), (128, 4 * HIDDEN), (HIDDEN, 4 * HIDDEN), (4 * HIDDEN,)),
    "lstm_step": ((256, 128), (256, HIDDEN), (256, HIDDEN), (128, 4 * HIDDEN), (HIDDEN, 4 * HIDDEN), (4 * HIDDEN,)),
    "gru_step": ((256, 128), (256, HIDDEN), (128, 3 * HIDDEN), (HIDDEN, 3 * HIDDEN), (3 * HIDDEN,), (HIDDEN,)),
    "rnn_step": ((256, 128), (256, HIDDEN), (128, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN,)),
    "rnn": ((STEPS, BATCH, 64), (64, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN,)),
    "lstm": ((STEPS, BATCH, 64), (64, 4 * HIDDEN), (HIDDEN, 4 * HIDDEN), (4 * HIDDEN,)),
    "gru": ((STEPS, BATCH, 64), (64, 3 * HIDDEN), (HIDDEN, 3 * HIDDEN), (3 * HIDDEN,), (HIDDEN,)),
    "rnn_recurrence": ((STEPS, BATCH, HIDDEN), (HIDDEN, HIDDEN), (BATCH, HIDDEN)),
    "lstm_recurrence": ((STEPS, BATCH, 4 * HIDDEN), (HIDDEN, 4 * HIDDEN), (BATCH, HIDDEN), (BATCH, HIDDEN)),
    "gru_recurrence": ((STEPS, BATCH, 3 * HIDDEN), (HIDDEN, 3 * HIDDEN), (HIDDEN,), (BATCH, HIDDEN)),
}
SETTINGS = {
    "dropout": {"rate": 0.5},
    "taps": {"size": (3, 3)},
    "windows": {"size": (3, 3)},
    "conv2d_by_library": {"padding": 1},
    "conv2d_by_taps": {"padding": 1},
    "conv2d": {"padding": 1},
    "conv2d_max_pool": {"padding": 1},
}


NAMED = {
    "shares": lambda key: jax.nn.softmax(jr.normal(key, TABLE)),
    "variances": lambda key: jr.uniform(key, (128,), minval=0.5, maxval=2.0),
}


def array(spec, key):
    """Return the array that a size or a name stands for; weights are small, so that nothing grows over the steps."""
    if isinstance(spec, str):
        return NAMED[spec](key)
    if isinstance(spec, tuple):
        return jr.normal(key, spec) / max(1, spec[-2] if len(spec) == 2 else 1) ** 0.5
    return jnp.asarray(spec)


def contestants(name: str) -> dict:
    """Return forward pass, backward pass and autodiff as calls without arguments, compiled and warm."""
    op, op_backward = (partial(f, **SETTINGS.get(name, {})) for f in pairs()[name])
    arrays = [array(spec, jr.key(k)) for k, spec in enumerate(SIZES[name])]
    dy = jax.tree.map(lambda y: jr.normal(jr.key(99), y.shape), jax.eval_shape(op, *arrays))
    derived = lambda dy, *arrays: derivative(op, arrays)(dy)
    calls = {
        "forward": partial(jax.jit(op), *arrays),
        "by hand": partial(jax.jit(op_backward), dy, *arrays),
        "autodiff": partial(jax.jit(derived), dy, *arrays),
    }
    same_gradients(name, calls["by hand"](), calls["autodiff"]())
    jax.block_until_ready(calls["forward"]())
    return calls


def derivative(op, arrays):
    """Return what JAX derives: from `dy`, the gradients by the arrays of fractions, and None for the others."""
    fractions = [jnp.issubdtype(a.dtype, jnp.floating) for a in arrays]
    put = lambda some: [next(some) if yes else a for yes, a in zip(fractions, arrays, strict=True)]
    some = [a for yes, a in zip(fractions, arrays, strict=True) if yes]
    back = jax.vjp(lambda *some: op(*put(iter(some))), *some)[1]

    def gradients(dy):
        found = iter(back(dy))
        return tuple(next(found) if yes else None for yes in fractions)

    return gradients


def same_gradients(name: str, ours, theirs) -> None:
    """Raise unless both gave the same gradients, up to the rounding of sums."""
    ours, theirs = (jax.tree.leaves(tuple(tree)[: len(SIZES[name])]) for tree in (ours, theirs))
    for one, other in zip(ours, theirs, strict=True):
        error, size = jnp.abs(one - other).max(), jnp.abs(other).max()
        if not error <= 1e-3 * size + 1e-6:
            raise AssertionError(f"backward: {name} differs from autodiff by {error:.1e}, where {size:.1e} is largest.")


def measure(name: str, rounds: int) -> dict:
    """Time ours against autodiff, then against the forward pass; return medians, and lap by lap ratios with spread.

    The seconds of our pass are those beside autodiff.
    """
    calls = {which: waiting(call) for which, call in contestants(name).items()}
    told = {}
    for what, (above, below) in {"ratio": ("autodiff", "by hand"), "to_forward": ("by hand", "forward")}.items():
        laps = interleaved({which: calls[which] for which in (above, below)}, rounds=rounds, least=LEAST)
        ratios = [x / y for x, y in zip(laps[above], laps[below], strict=True)]
        told = {which: statistics.median(times) for which, times in laps.items()} | told
        told |= {what: statistics.median(ratios), f"{what}_low": min(ratios), f"{what}_high": max(ratios)}
    return told


def results(rounds: int) -> list[dict]:
    """Measure all ops and print a line for each: autodiff's time over ours, and ours over the forward pass's."""
    rows = []
    for name in sorted(pairs()):
        row = {"op": name} | measure(name, 3 * rounds)
        rows.append(row)
        print(
            f"  {name:<26} by hand {1e3 * row['by hand']:7.3f} ms   autodiff {row['ratio']:5.2f} times as long"
            f"   forward pass {1e3 * row['forward']:7.3f} ms, so {row['to_forward']:5.2f} times it",
            flush=True,
        )
    return rows
