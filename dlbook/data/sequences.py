"""Made sequences that ask a network to remember: what comes early decides what is right much later."""

import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Float, Int, PRNGKeyArray

from dlbook import checks


def adding_problem(
    key: PRNGKeyArray, samples: int, steps: int = 100
) -> tuple[Float[Array, "n t 2"], Float[Array, "n 1"]]:
    """Make sequences of numbers of which two are marked, and their sum :cite:`hochreiter1997long,arjovsky2016unitary`.

    Each step brings a number between 0 and 1 and a mark, 1 at one place in either half and 0 elsewhere.
    Who always answers 1 has a mean squared error of 1/6, the variance of the sum of two such numbers.

    Raises
    ------
    ValueError
        If there is no sample, or there are fewer than two steps.
    """
    checks.positive("adding_problem", "samples", samples)
    checks.in_range("adding_problem", "steps", steps, 2, jnp.inf)
    key_numbers, key_first, key_second = jr.split(key, 3)
    numbers = jr.uniform(key_numbers, (samples, steps))
    first = jr.randint(key_first, (samples, 1), 0, steps // 2)
    second = jr.randint(key_second, (samples, 1), steps // 2, steps)
    place = jnp.arange(steps)
    marks = ((place == first) | (place == second)).astype(numbers.dtype)
    return jnp.stack([numbers, marks], 2), (numbers * marks).sum(1, keepdims=True)


def copy_memory(
    key: PRNGKeyArray, samples: int, delay: int = 20, *, length: int = 5, symbols: int = 8
) -> tuple[Int[Array, "n t"], Int[Array, "n t"]]:
    """Make strings that must be said again after a delay :cite:`arjovsky2016unitary`, after :cite:`hochreiter1997long`.

    A string of `length` symbols comes in, then `delay` blanks, of which the last is a signal, then
    `length` blanks more.  The answer is blank at every step but the last `length`, where it is the string.
    Blank is 0, the symbols are 1 to `symbols`, the signal is `symbols` + 1.

    Who remembers nothing can do no better than a mean cross-entropy of
    `length` log(`symbols`) / (`delay` + 2 `length`) nats a step.

    Raises
    ------
    ValueError
        If there is no sample, or `delay`, `length` or `symbols` is below 1.
    """
    for name, value in {"samples": samples, "delay": delay, "length": length, "symbols": symbols}.items():
        checks.positive("copy_memory", name, value)
    string = jr.randint(key, (samples, length), 1, symbols + 1, "int32")
    blanks = lambda count: jnp.zeros((samples, count), "int32")
    signal = jnp.full((samples, 1), symbols + 1, "int32")
    return (
        jnp.concatenate([string, blanks(delay - 1), signal, blanks(length)], axis=1),
        jnp.concatenate([blanks(delay + length), string], axis=1),
    )


def recall(
    key: PRNGKeyArray, samples: int, noise: int = 20, *, size=0.3
) -> tuple[Float[Array, "n t 1"], Int[Array, " n"]]:
    """Make sequences that begin with a sign, which must be told after steps of noise :cite:`bengio1994learning`.

    The first step brings -1 (class 0) or +1 (class 1), each further one a normal number.

    Parameters
    ----------
    noise
        Steps after the first.
    size
        Standard deviation of the noise.

    Raises
    ------
    ValueError
        If there is no sample, or no step of noise.
    """
    checks.positive("recall", "samples", samples)
    checks.positive("recall", "noise", noise)
    key_sign, key_noise = jr.split(key)
    sign = jr.randint(key_sign, (samples,), 0, 2, "int32")
    xs = size * jr.normal(key_noise, (samples, 1 + noise, 1))
    return xs.at[:, 0, 0].set(2.0 * sign - 1), sign
