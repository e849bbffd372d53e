"""The rules of a race: fresh processes, one after another, in turn, each told the same work.

A contender is a function `prepare(task) -> run`; `run()` does the whole work, waits until it is done and
returns the final loss, or a function that works it out, which is not timed.  Its first call, with whatever it
compiles, is timed apart from the later ones.
"""

import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time

from book.machine import processor

SLOW_TO_COMPILE = {"torch, compiled"}


def time_contender(module: str, name: str, task: dict, repeats: int | None = None) -> dict:
    """Time one contender in this process: seconds of the import, the first and the later runs, and its loss.

    Without `repeats`, the later runs are as many as the module's `REPEATS`, or 3.
    """
    begin = time.perf_counter()
    rules = importlib.import_module(module)
    repeats = repeats or getattr(rules, "REPEATS", 3)
    run = rules.CONTENDERS[name](task)
    ready = time.perf_counter()
    loss = run()
    first = time.perf_counter() - ready
    warm = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        warm.append(time.perf_counter() - start)
    loss = loss() if callable(loss) else loss
    return {"setup": ready - begin, "first": first, "warm": statistics.median(warm), "loss": loss}


def race(module: str, names: list[str], task: dict, rounds: int, repeats: int | None = None) -> dict:
    """Run the contenders in turn, A B C A B C ..., each time in a fresh process; return all their times.

    `torch.compile` is in the first round only, because it compiles for many seconds.
    """
    laps = {name: [] for name in names}
    for number in range(rounds):
        for name in names:
            if number and name in SLOW_TO_COMPILE:
                continue
            call = [sys.executable, "-m", "benchmarks.race", module, name, json.dumps(task), json.dumps(repeats)]
            done = subprocess.run(call, capture_output=True, text=True, check=False, env=without_caches())
            if done.returncode:
                raise RuntimeError(f"race: {name} failed on {task}:\n{done.stderr}")
            laps[name].append(json.loads(done.stdout.splitlines()[-1]))
    return laps


def without_caches() -> dict:
    """The environment without the places where compiled programs outlive a process: a first call compiles."""
    kept = {name: value for name, value in os.environ.items() if name != "JAX_COMPILATION_CACHE_DIR"}
    return kept | {"TORCHINDUCTOR_FORCE_DISABLE_CACHES": "1", "KERAS_BACKEND": "jax"}


def summary(laps: dict) -> dict:
    """Median and spread of each contender over the rounds, and its warm time as a ratio to `dlbook`'s."""
    ratios = lambda name: [a["warm"] / b["warm"] for a, b in zip(laps[name], laps["dlbook"], strict=False)]
    middle = lambda name, what: statistics.median(lap[what] for lap in laps[name])
    return {
        name: {
            **{what: middle(name, what) for what in ("setup", "first", "warm", "loss")},
            "ratio": statistics.median(ratios(name)),
            "ratio_low": min(ratios(name)),
            "ratio_high": max(ratios(name)),
            "laps": len(laps[name]),
        }
        for name in laps
    }


def same_quality(where: str, losses: dict, bands: dict) -> None:
    """Raise unless every contender ends within its band about `dlbook`'s loss, so that the race is fair."""
    for name, (low, high) in bands.items():
        if not low <= losses[name] / losses["dlbook"] - 1 <= high:
            raise AssertionError(
                f"{where}: {name} ends at a loss of {losses[name]:.4g}, dlbook at {losses['dlbook']:.4g}."
            )


def machine(packages: list[str]) -> dict:
    """What the race ran on: processor, cores, Python, and the versions of `packages`."""
    from importlib.metadata import version

    import jax

    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "device": jax.devices()[0].device_kind,
        "threads": os.cpu_count(),
        "versions": {package: version(package) for package in packages},
    }


if __name__ == "__main__":
    module, name, *told = sys.argv[1:]
    print(json.dumps(time_contender(module, name, *map(json.loads, told))))
