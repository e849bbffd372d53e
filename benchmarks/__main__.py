"""Run the races, print the ratios, write the results."""

import argparse
import time

from benchmarks import backward, cbow, gan, lenet, live, lstm, mlp, skip_gram, sweep, whole
from benchmarks.clock import write
from benchmarks.race import race, summary

RACES = {
    "mlp": mlp,
    "lenet": lenet,
    "lstm": lstm,
    "gan": gan,
    "skip_gram": skip_gram,
    "cbow": cbow,
    "sweep": sweep,
    "whole": whole,
    "live": live,
    "backward": backward,
}


def main():
    """Parse the command line and run what it names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "races", nargs="*", choices=[*RACES, []], help="which races; by default all but `live`, which needs npm"
    )
    parser.add_argument("--rounds", type=int, default=5, help="fresh processes for each contender")
    parser.add_argument("--repeats", type=int, help="warm runs in each process; by default as many as the race says")
    chosen = parser.parse_args()
    for name in chosen.races or (name for name in RACES if name != "live"):
        begin, rules = time.perf_counter(), RACES[name]
        print(f"{name}:", flush=True)
        if rules is backward:
            found = {"ops": backward.results(chosen.rounds)}
        else:
            found = {"tasks": [run_task(rules, task, chosen.rounds, chosen.repeats) for task in rules.TASKS]}
        write(name, found, rules.PACKAGES, rules.versions() if hasattr(rules, "versions") else {})
        print(f"after {time.perf_counter() - begin:.0f} s", flush=True)


def run_task(rules, task, rounds, repeats):
    """Race one task, check that all did the same work, and print a line for each contender."""
    names = rules.contenders(task) if hasattr(rules, "contenders") else list(rules.CONTENDERS)
    result = summary(race(rules.__name__, names, task, rounds, repeats))
    rules.same_quality({name: row["loss"] for name, row in result.items()})
    print(", ".join(f"{k} {v}" for k, v in task.items()))
    for name, row in result.items():
        if hasattr(rules, "steps"):
            row["steps_per_second"] = rules.steps(task) / row["warm"]
        speed = f"   {row['steps_per_second']:6.0f} steps a second" if hasattr(rules, "steps") else ""
        print(
            f"  {name:<19} first {row['first']:7.3f} s   warm {row['warm']:7.4f} s   loss {row['loss']:.4f}"
            f"   {row['ratio']:6.2f} times dlbook's ({row['ratio_low']:.2f} to {row['ratio_high']:.2f}){speed}",
            flush=True,
        )
    counted = {"operations": rules.operations(task)} if hasattr(rules, "operations") else {}
    return {"task": task} | counted | {"contenders": result}


if __name__ == "__main__":
    main()
