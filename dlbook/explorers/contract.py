"""What the parts of an explorer must agree on: the kernel's parameters, the entries of its record, their frames."""

import inspect
from collections.abc import Callable

import numpy as np

from dlbook.explorers.record import Slot
from dlbook.explorers.steps import Steps


def check_parameters(title: str, kernel: Callable | Steps, controls: dict, template: bool):
    """Check that the kernel takes what the controls set, and that the figure can be described as it must be.

    Raises
    ------
    ValueError
        If a setting has no control or a control no parameter, or if what has no list of values is not
        described by a template.
    """
    stepped = isinstance(kernel, Steps)
    for name, control in controls.items():
        if not template and not hasattr(control, "values"):
            raise ValueError(f"Explorer {title!r}: {name} has no list of values, so describe must be a template.")
    if stepped and not template:
        raise ValueError(f"Explorer {title!r}: describe must be a template, because the kernel is Steps.")
    parameters = inspect.signature(kernel).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in parameters) and not stepped:
        return
    known = kernel.settings if stepped else [p.name for p in parameters]
    needed = known if stepped else [p.name for p in parameters if p.default is p.empty]
    for name in [*controls, *needed]:
        if name not in known or name not in controls:
            raise ValueError(f"Explorer: the kernel takes {', '.join(known)}; the controls are {', '.join(controls)}.")


def check_slot(slot: Slot, record: dict, framed: bool):
    """Check that the record has the entry that a view shows, with as many axes as it draws, or one more for frames.

    Raises
    ------
    ValueError
        If it does not.
    """
    if slot.named and slot.source not in record:
        raise ValueError(f"Explorer: a view shows {slot.source!r}, the kernel returns {', '.join(map(repr, record))}.")
    shape = np.shape(record[slot.source] if slot.named else slot.source)
    if len(shape) not in ((slot.rank, slot.rank + 1) if framed else (slot.rank,)):
        name = slot.source if slot.named else "an array"
        raise ValueError(f"Explorer: a view needs {name} with {slot.rank} axes, got the shape {shape}.")


def count_frames(slots: list[Slot], record: dict, frames: str) -> int:
    """Return how many frames the entries have that views show.

    Raises
    ------
    ValueError
        If they disagree, or none has frames.
    """
    named = [slot for slot in slots if slot.named]
    framed = {s.source: record[s.source].shape[0] for s in named if len(record[s.source].shape) > s.rank}
    lengths = framed or {s.source: record[s.source].shape[0] for s in named if s.follows}
    if len(set(lengths.values())) != 1:
        found = ", ".join(f"{name} has {count}" for name, count in lengths.items()) or "no entry has them"
        raise ValueError(f"Explorer: entries must agree in the number of frames ({frames}): {found}.")
    return next(iter(lengths.values()))


def frame_texts(count: int | None, numbers) -> list[str]:
    """Return the number of each frame in words: those given, or 0, 1, 2, ...

    Raises
    ------
    ValueError
        If there are not as many as frames.
    """
    numbers = range(count or 0) if numbers is None else np.asarray(numbers).tolist()
    if len(numbers) != (count or 0):
        raise ValueError(f"Explorer: frames must have as many numbers as the record, {count}, got {len(numbers)}.")
    return [f"{number:.6g}" for number in numbers]
