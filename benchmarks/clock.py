"""Measuring how long calls take: compile apart, all calls in turn, so that what drifts drifts for all of them."""

import json
import math
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import jax

from benchmarks.race import machine

RESULTS = Path(__file__).parent / "results"


def waiting(function: Callable, *arguments) -> Callable:
    """Return a call of `function` that ends when its result is there."""
    return lambda: jax.block_until_ready(function(*arguments))


def updating(function: Callable, state, *arguments) -> Callable:
    """Return a call that replaces the state by `function(state, *arguments)`, in its place, and waits for it."""
    state = jax.tree.map(lambda a: a.copy(), state)
    compiled = jax.jit(function, donate_argnums=0)

    def call():
        nonlocal state
        state = jax.block_until_ready(compiled(state, *arguments))

    return call


def interleaved(calls: dict, *, rounds: int = 15, least: float = 1e-3) -> dict[str, list[float]]:
    """Return the seconds of each call in each round, A B C, C B A, A B C ...

    The order turns round, since each call finds the caches and the allocator as the one before has left them.

    Parameters
    ----------
    calls
        Functions without arguments, by name.  The first calls of each, with what they compile, are not counted, and
        before each lap stands one that is not, since the call before it has filled the caches with other numbers.
    least
        Seconds that a lap takes at least: a quicker call is repeated, and the lap is divided by the repeats.
    """
    counts = {}
    for name, call in calls.items():
        call()
        counts[name] = max(1, math.ceil(least / min(lap(call), lap(call))))
    laps = {name: [] for name in calls}
    order = list(calls)
    for _ in range(rounds):
        for name in order:
            calls[name]()
            laps[name].append(lap(calls[name], counts[name]))
        order.reverse()
    return laps


def lap(call: Callable, count: int = 1) -> float:
    """Return the seconds of one call, the mean of `count`."""
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count


def spread(laps: list[float]) -> dict:
    """Return the median and the quartiles of the laps."""
    low, middle, high = statistics.quantiles(laps, n=4, method="inclusive")
    return {"seconds": middle, "low": low, "high": high}


def write(name: str, content: dict, packages=("jax", "jaxlib", "numpy"), versions: dict | None = None):
    """Write `results/NAME.json`, with the machine and the versions of all that took part, and say so."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    told = machine(list(packages))
    told["versions"] |= versions or {}
    path.write_text(json.dumps({"machine": told} | rounded(content), indent=1) + "\n", "utf-8")
    print(f"written: {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}", flush=True)


def rounded(found):
    """Round every number of a tree of lists and dictionaries to five digits."""
    if isinstance(found, dict):
        return {name: rounded(value) for name, value in found.items()}
    if isinstance(found, list):
        return [rounded(value) for value in found]
    return float(f"{found:.5g}") if isinstance(found, float) else found
