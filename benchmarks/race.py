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


def time_contender(module: str, name: str, task: dict, repeats: int = 7) -> dict:
    """Time one contender in this process: seconds of the import, the first and the later runs, and its loss."""
    begin = time.perf_counter()
    run = importlib.import_module(module).CONTENDERS[name](task)
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


def race(module: str, names: list[str], task: dict, rounds: int) -> dict:
    """Run the contenders in turn, A B C A B C ..., each time in a fresh process; return all their times."""
    laps = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            call = [sys.executable, "-m", "benchmarks.race", module, name, json.dumps(task)]
            done = subprocess.run(call, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(f"race: {name} failed on {task}:\n{done.stderr}")
            laps[name].append(json.loads(done.stdout.splitlines()[-1]))
    return laps


def summary(laps: dict) -> dict:
    """Median and spread of each contender over the rounds, and its warm time as a ratio to `dlbook`'s."""
    ratios = lambda name: [a["warm"] / b["warm"] for a, b in zip(laps[name], laps["dlbook"], strict=True)]
    middle = lambda name, what: statistics.median(lap[what] for lap in laps[name])
    return {
        name: {
            **{what: middle(name, what) for what in ("setup", "first", "warm", "loss")},
            "ratio": statistics.median(ratios(name)),
            "ratio_low": min(ratios(name)),
            "ratio_high": max(ratios(name)),
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
    module, name, task = sys.argv[1:]
    print(json.dumps(time_contender(module, name, json.loads(task))))
