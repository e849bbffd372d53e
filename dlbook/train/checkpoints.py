"""Checkpoints: what a run needs to go on after it was stopped, in a folder that no crash can spoil.

Orbax writes each checkpoint into a folder of its own beside the older ones, and gives the folder its name only when
all is written: what bears a number is whole.
"""

import hashlib
import inspect
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jax.experimental import multihost_utils
from jaxtyping import PyTree

from dlbook import checks

SHARE = 0.05  # of the time: what saving may take where nobody says after how many parts to save
KEPT = 2
SHOWN = 3


class Checkpoints:
    """The checkpoints of one run: `last` is where it goes on, `note` follows it, and leaving `with` stores its end.

    Parameters
    ----------
    where
        The function that its errors speak of.
    folder
        Where they lie; None for a run that is not stored.
    every
        Parts of the run from one checkpoint to the next.  By default as many as keep saving to a twentieth of the time.
    identity
        What makes the run what it is, as :func:`identity` gives it.
    unit, size
        What the run is counted in, and how many of them make a part.

    Raises
    ------
    ValueError
        If `every` is below 1.
    """

    def __init__(
        self,
        where: str,
        folder: str | Path | None,
        every: int | None,
        identity: dict[str, str],
        *,
        unit: str = "epoch",
        size: int = 1,
    ):
        checks.in_range(where, "checkpoint_every", 1 if every is None else every, 1, np.inf)
        self.where, self.folder = where, folder and Path(folder).absolute()
        self.every, self.identity, self.unit, self.size = every, identity, unit, size
        self.manager = self.newest = self.stored = None
        self.saved_at, self.cost = -np.inf, 0.0

    def last(self, state: PyTree, record: PyTree) -> tuple[int, PyTree, list]:
        """Return the parts done, the state after them and their records: all of a new run is as it is given.

        `record` tells the shapes of what one part reports; those of several are joined along the first axis.

        Raises
        ------
        ValueError
            If the folder holds another run, other files, or a checkpoint that cannot be read.
        """
        if not self.folder:
            return 0, state, []
        _only_checkpoints(self.where, self.folder)
        self.manager = _manager(self.folder)
        done = self.stored = self.manager.latest_step()
        if done is None:
            return 0, state, []
        _agree(f"{self.where}: {self.folder}", self._restored(done, "run"), self.identity)
        records = jax.tree.map(lambda a: np.empty((done, *a.shape[1:]), a.dtype), record)
        state, records = self._restored(done, "state", (state, records))
        return done, state, [records]

    def note(self, done: int, state: PyTree, records: list):
        """Take down the state after so many parts; store it where the time has come."""
        if self.folder:
            self.newest = done, jax.block_until_ready(state), records
            if self._due(done):
                self._save()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error and jax.process_count() > 1:
            return  # the other processes may be gone, and would be waited for
        if self.newest and self.newest[0] != self.stored:
            self._save()
        if self.manager:
            self.manager.close()
        if error and self.stored:
            much = f"{self.stored * self.size} {self.unit}s are stored in {self.folder}"
            error.add_note(f"{self.where}: {much}; the same call goes on from there.")

    def _due(self, done) -> bool:
        if self.every:
            return done % self.every == 0
        due = perf_counter() - self.saved_at >= self.cost / SHARE
        return bool(multihost_utils.broadcast_one_to_all(np.array(due))) if jax.process_count() > 1 else due

    def _save(self):
        import orbax.checkpoint as ocp

        start = perf_counter()
        done, state, records = self.newest
        kept = ocp.args.StandardSave((state, joined(records)))
        self.manager.save(done, args=ocp.args.Composite(state=kept, run=ocp.args.JsonSave(self.identity)))
        self.stored, self.saved_at = done, perf_counter()
        self.cost = self.saved_at - start

    def _restored(self, done, item, like=None):
        import orbax.checkpoint as ocp

        how = {"run": ocp.args.JsonRestore, "state": partial(ocp.args.StandardRestore, _abstract(like))}[item]
        try:
            return self.manager.restore(done, args=ocp.args.Composite(**{item: how()}))[item]
        except Exception as error:
            raise ValueError(
                f"{self.where}: the checkpoint {self.folder / str(done)} cannot be read; once it is moved away, the "
                f"run goes on from the one before.  {type(error).__name__}: {error}"
            ) from error


def joined(records: list) -> PyTree:
    """Return the records of several parts as one, as NumPy arrays."""
    return jax.tree.map(lambda *parts: np.concatenate(parts), *records)


def identity(where: str, /, **arguments: Any) -> dict[str, str]:
    """Return one line for each leaf of the arguments: two calls of `where` with the same lines are the same run.

    Small arrays are written out, larger ones are told apart by a hash.  Functions count by name and by what they
    close over, not by their code.
    """
    lines = {}
    for name, argument in arguments.items():
        for path, leaf in jax.tree_util.tree_leaves_with_path(argument, is_leaf=lambda node: node is None):
            lines[name + jax.tree_util.keystr(path)] = _line(where, leaf)
    return lines


def _line(where, leaf) -> str:
    if callable(leaf):
        return _function(where, leaf)
    if not isinstance(leaf, bool | int | float | np.generic | np.ndarray | jax.Array):
        return repr(leaf) if isinstance(leaf, str | None) else type(leaf).__qualname__
    if isinstance(leaf, jax.core.Tracer):
        raise ValueError(f"{where}: a run that is stored in checkpoints cannot be part of jit, vmap, grad or sweep.")
    if isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        return f"key{_values(jr.key_data(leaf))}"
    return f"{jnp.result_type(leaf)}{_values(leaf)}"


def _values(a) -> str:
    shape = list(jnp.shape(a))
    if isinstance(a, jax.Array) and not (a.is_fully_addressable or a.is_fully_replicated):
        return f"{shape}"  # other processes hold parts of it
    a = np.asarray(a, jnp.result_type(a))
    if a.size > 4:
        return f"{shape} with the hash {hashlib.sha256(a.tobytes()).hexdigest()[:8]}"
    written = ", ".join(str(number) for number in a.ravel())
    return f" [{written}]" if a.ndim else f" {written}"


def _function(where, f) -> str:
    """Its name, and in brackets what it has been given."""
    if isinstance(f, partial):
        given = [*f.args, *f.keywords.items()]
        name = _function(where, f.func)
    else:
        f = inspect.unwrap(f)
        given = [cell.cell_contents for cell in getattr(f, "__closure__", None) or () if cell.cell_contents is not f]
        name = f"{getattr(f, '__module__', None)}.{getattr(f, '__qualname__', type(f).__qualname__)}"
    lines = [line for part in given for line in identity(where, _=part).values()]
    return f"{name}({', '.join(lines)})" if given else name


def _abstract(tree):
    import orbax.checkpoint as ocp

    return jax.tree.map(lambda a: a if isinstance(a, np.ndarray) else ocp.utils.to_shape_dtype_struct(a), tree)


def _manager(folder):
    import orbax.checkpoint as ocp

    options = ocp.CheckpointManagerOptions(
        max_to_keep=KEPT, enable_async_checkpointing=False, cleanup_tmp_directories=True
    )
    return ocp.CheckpointManager(folder, options=options, item_names=("state", "run"))


def _only_checkpoints(where, folder):
    """Raise unless the folder is new, empty or holds checkpoints only; what is hidden does not count."""
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{where}: checkpoint must name a folder, got the file {folder}.")
    names = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    others = [name for name in names if not name.startswith(".") and not name.partition(".orbax-")[0].isdigit()]
    if others:
        raise ValueError(f"{where}: the folder of the checkpoints must hold nothing else, got {others[0]} in {folder}.")


def _agree(where, theirs, ours):
    """Raise unless the stored run is the one that is asked for."""
    differ = [name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)]
    if differ:
        lines = [f"{name} is {theirs.get(name, 'absent')} there, {ours.get(name, 'absent')} here" for name in differ]
        more = f"; and {len(differ) - SHOWN} more" if len(differ) > SHOWN else ""
        raise ValueError(f"{where} holds another run: {'; '.join(lines[:SHOWN])}{more}.")
