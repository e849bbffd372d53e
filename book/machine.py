"""The machine that builds the book, tests it or races its code."""

import platform
from pathlib import Path

CPU = Path("/proc/cpuinfo")


def processor() -> str:
    """Return the name of the processor, as far as the system tells it."""
    lines = CPU.read_text().splitlines() if CPU.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
