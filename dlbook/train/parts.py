"""A run in parts, each a compiled call: between them a bar shows how far it is, and checkpoints are stored."""

from collections.abc import Callable

import jax
import numpy as np
from jaxtyping import PyTree
from tqdm.auto import tqdm

from dlbook import checks
from dlbook.train.checkpoints import Checkpoints, joined


def in_parts(
    part: Callable, parts: int, state: PyTree, kept: Checkpoints, *, progress: bool, shown: Callable
) -> tuple[PyTree, PyTree]:
    """Run the parts that are not stored yet; return the state after them and the records of all.

    Parameters
    ----------
    part
        `part(state, number)` returns the state after this part, and its record.
    shown
        What the bar tells of a record: `shown(record)` is a dictionary of numbers.

    Raises
    ------
    ValueError
        If more parts are stored than are asked for, or the folder cannot serve this run.
    """
    done, state, records = kept.last(state, jax.eval_shape(part, state, 0)[1])
    wanted, stored = parts * kept.size, done * kept.size
    checks.in_range(kept.where, f"{kept.unit}s", wanted, stored, np.inf)
    with kept, tqdm(total=wanted, initial=stored, unit=kept.unit, disable=not progress) as bar:
        for number in range(done, parts):
            state, record = part(state, number)
            records = [*records, record]  # a new list: one that grows would not fit the state that `kept` has noted
            kept.note(number + 1, state, records)
            bar.set_postfix({name: f"{value:.4g}" for name, value in shown(record).items()}, refresh=False)
            bar.update(kept.size)
    return state, joined(records)
