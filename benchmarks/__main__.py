"""Run the races, print the ratios, write the results."""

import argparse
import json
from pathlib import Path

from benchmarks import gan, lenet, live, lstm, mlp, skip_gram
from benchmarks.race import machine, race, summary

RACES = {"mlp": mlp, "gan": gan, "lenet": lenet, "lstm": lstm, "skip_gram": skip_gram, "live": live}
RESULTS = Path(__file__).parent / "results"


def main():
    """Parse the command line and run what it names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("races", nargs="*", choices=[*RACES, []], help="which races; all by default")
    parser.add_argument("--rounds", type=int, default=5, help="fresh processes for each contender")
    chosen = parser.parse_args()
    for name in chosen.races or RACES:
        rules = RACES[name]
        tasks = [run_task(rules, task, chosen.rounds) for task in rules.TASKS]
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{name}.json"
        told = machine(rules.PACKAGES)
        told["versions"] |= rules.versions() if hasattr(rules, "versions") else {}
        path.write_text(json.dumps({"machine": told, "tasks": tasks}, indent=1) + "\n")
        print(f"written: {path.relative_to(Path.cwd())}")


def run_task(rules, task, rounds):
    """Race one task, check that all did the same work, and print a line for each contender."""
    names = rules.contenders(task) if hasattr(rules, "contenders") else list(rules.CONTENDERS)
    result = summary(race(rules.__name__, names, task, rounds))
    rules.same_quality({name: row["loss"] for name, row in result.items()})
    print(", ".join(f"{k} {v}" for k, v in task.items()))
    for name, row in result.items():
        if hasattr(rules, "steps"):
            row["steps_per_second"] = rules.steps(task) / row["warm"]
        speed = f"   {row['steps_per_second']:6.0f} steps a second" if hasattr(rules, "steps") else ""
        print(
            f"  {name:<19} first {row['first']:7.3f} s   warm {row['warm']:7.4f} s   loss {row['loss']:.4f}"
            f"   {row['ratio']:6.2f} times dlbook's ({row['ratio_low']:.2f} to {row['ratio_high']:.2f}){speed}"
        )
    return {"task": task, "contenders": result}


if __name__ == "__main__":
    main()
