"""Explorer: a figure whose settings the reader moves, with one description and two lives."""

import itertools
import os
from collections.abc import Callable
from functools import cached_property

import jax
import numpy as np

from dlbook.explorers import compiled, contract, page, table
from dlbook.explorers.grid import on_grid
from dlbook.explorers.picture import picture, still
from dlbook.explorers.record import Frame, Slot, entries, finite
from dlbook.explorers.sentence import Sentence
from dlbook.explorers.steps import Steps
from dlbook.explorers.widget import Panel

GAPS = "Gaps in the picture stand for numbers that are not finite."


class Explorer:
    """An interactive figure of a pure function.

    In a Jupyter kernel it shows ipywidgets and calls the jitted function at each move.  In the built book (environment
    variable `DLBOOK_STATIC=1`), where no kernel runs, it shows the same controls and is

    * live, if `describe` is a template, which the page can fill for any setting: the function itself, compiled to
      WebAssembly, runs in the page, which compares its first numbers with JAX's;
    * else a table of the answers to all settings, computed when the book was built.

    Parameters
    ----------
    kernel
        A pure function `kernel(**settings)` that JAX can trace; returns the record, a dict or NamedTuple of arrays.
        Or `Steps`, whose frames the page shows as they are computed.
    controls
        A `Range`, `Choice` or `Seed` for each setting, by its name; `Points`, `Drawing` or `Typed` for the
        reader's own data.
    views
        What to draw of the record, side by side.
    title
        Accessible name of the figure, unlike all others on its page.
    describe
        One sentence with the numbers: the alternative text, the cell's text output and the summary below the figure.
        A template such as `"At rate {rate} the loss is {loss:.3g}."` (see `dlbook.explorers.sentence`), for `Steps`
        filled with the frame shown.  Or a function `describe(settings, record)`, where `settings` is a dict of the
        chosen values (strings as strings), `record` what the kernel returned, in NumPy arrays.
    frames
        Name of the leading axis (say "epoch") of those entries that have one axis more than their view draws; adds
        play, step, reset and a slider.  At first the last frame is shown.  Frames count 0, 1, 2, ...; where they
        stand for other numbers, give these too: `frames=("epoch", range(0, 61, 10))`.

    Raises
    ------
    ValueError
        If the kernel lacks a control's parameter, the record lacks an entry that a view or the template names or has
        it in another rank, the frames disagree, or the figure is too large for a page.
    Unsupported
        When a live figure is put into a page and its kernel uses what `dlbook.live` cannot compile.
    """

    def __init__(
        self,
        kernel: Callable,
        *,
        controls: dict,
        views: list | tuple,
        title: str,
        describe: Callable | str,
        frames: str | tuple | None = None,
    ):
        self.steps = kernel if isinstance(kernel, Steps) else None
        self.function, self.kernel = kernel, jax.jit(kernel)
        self.controls, self.views = dict(controls), list(views)
        self.title, self.describe = title, describe
        self.sentence = Sentence(describe) if isinstance(describe, str) else None
        self.frames, numbers = frames if isinstance(frames, tuple) else (frames, None)
        if self.steps:
            self.frames = self.frames or "step"
            numbers = range(0, self.steps.count * self.steps.each + 1, self.steps.each) if numbers is None else numbers
        contract.check_parameters(title, kernel, self.controls, self.sentence is not None)
        self.frame_count = self._count_frames()
        self.frame_texts = contract.frame_texts(self.frame_count, numbers)

    def __repr__(self) -> str:
        return self.summary(self.start)

    @property
    def start(self) -> tuple:
        """Positions of the controls at first: places in a list of values, or the reader's own data."""
        return tuple(control.position for control in self.controls.values())

    @property
    def slots(self) -> list[Slot]:
        """The parts of the record that the views show."""
        return [slot for view in self.views for slot in view.slots().values() if slot is not None]

    def settings(self, positions) -> dict:
        """Return the values at the controls' `positions`."""
        return {name: c.value(at) for (name, c), at in zip(self.controls.items(), positions, strict=True)}

    def record(self, positions):
        """Run the kernel at the controls' `positions`; return its record in NumPy arrays."""
        return jax.tree.map(np.asarray, self.kernel(**self.arguments(positions)))

    def arguments(self, positions) -> dict:
        """Return what the kernel receives at the controls' `positions`."""
        return {name: c.argument(at) for (name, c), at in zip(self.controls.items(), positions, strict=True)}

    def summary(self, positions, record=None, frame: int | None = None) -> str:
        """Return the sentence about the setting at `positions`, of `Steps` at `frame`, by default the last."""
        record = self._start_record if record is None else record
        return f"{self._described(positions, record, frame)} {self._gaps(entries(record))}".strip()

    def _described(self, positions, record, frame: int | None) -> str:
        if self.sentence is None:
            return " ".join(str(self.describe(self.settings(positions), record)).split())
        texts = {name: c.text(at) for (name, c), at in zip(self.controls.items(), positions, strict=True)}
        shown = entries(record)
        if self.steps:
            shown = {name: values[self.frame(frame).position] for name, values in shown.items()}
        return self.sentence.fill(texts, shown)

    def _gaps(self, record: dict) -> str:
        """Say in which frames, or that somewhere, numbers are not finite."""
        if finite(self.slots, record):
            return ""
        if not self.steps:
            return GAPS
        at = lambda k: {name: values[k] for name, values in record.items()}  # noqa: E731
        first = next(k for k in range(self.frame_count) if not finite(self.slots, at(k)))
        return f"Not all numbers are finite from {self.frames} {self.frame_texts[first]} on."

    def frame(self, position: int | None = None) -> Frame | None:
        """Return the frame at `position`, by default the last, or None for a record without frames."""
        if self.frame_count is None:
            return None
        return Frame(self.frame_count - 1 if position is None else position, self.frame_count)

    def picture(self, positions, frame: int | None = None) -> tuple[bytes, str]:
        """Run the kernel at `positions`; return its picture as PNG and the sentence about it."""
        record = self.record(positions)
        return picture(self.views, entries(record), self.frame(frame)), self.summary(positions, record, frame)

    def widget(self):
        """Return the figure as ipywidgets."""
        frames = (self.frames, self.frame_texts) if self.frames else None
        return Panel(self.controls, self.picture, frames, self.title).box

    def table(self) -> dict:
        """Run the kernel at every setting; return the packed table of records and sentences.

        Raises
        ------
        ValueError
            If the table is larger than a page may carry.
        """
        axes = {name: control.arguments for name, control in self.controls.items()}
        record, shape = on_grid(self.kernel, axes), tuple(map(len, axes.values()))
        sentences = [
            self._sentence(positions, jax.tree.map(lambda a, at=positions: a[at], record))
            for positions in itertools.product(*map(range, shape))
        ]
        named = [slot for slot in self.slots if slot.named]
        packed = table.pack(table.stored(named, lambda slot: entries(record)[slot.source], len(shape)), sentences)
        if table.size(packed) > table.LIMIT:
            name, control = max(self.controls.items(), key=lambda item: len(item[1].values))
            raise ValueError(
                f"Explorer {self.title!r}: the table takes {table.size(packed) / 1000:.0f} kB, a page may carry "
                f"{table.LIMIT / 1000:.0f} kB; thin out {name}, which has {len(control.values)} values."
            )
        return packed

    def live(self) -> dict:
        """Compile the kernel; return what the page needs to run it and to compare it with JAX.

        Raises
        ------
        Unsupported
            If the kernel uses what `dlbook.live` cannot compile.
        ValueError
            If the module is larger than a page may carry.
        """
        settings = self.arguments(self.start)
        wanted = [slot.source for slot in self.slots if slot.named] + [field.name for field in self.sentence.fields]
        module = compiled.module(self.function, settings, set(wanted))
        if len(module.bytes) > compiled.LIMIT:
            raise ValueError(
                f"Explorer {self.title!r}: the compiled kernel takes {len(module.bytes) / 1000:.0f} kB, "
                f"it may take {compiled.LIMIT / 1000:.0f} kB."
            )
        record = {name: np.asarray(values) for name, values in entries(self._start_record).items() if name in wanted}
        return {
            **compiled.pack(module, list(settings), list(record)),
            "steps": self.steps and {"count": self.steps.count, "each": self.steps.each},
            "sentence": self.sentence.spec(),
            "proof": compiled.proof(record, self._moving(record)),
        }

    def _moving(self, record: dict) -> set[str]:
        """Return the entries with frames, of which the first are compared."""
        if self.steps:
            return set(record)
        if not self.frames:
            return set()
        return {s.source for s in self.slots if s.named and (record[s.source].ndim > s.rank or s.follows)}

    def html(self) -> str:
        """Return the figure for a page without a kernel."""
        record, frame = entries(self._start_record), self.frame()
        specs = [view.spec() for view in self.views]
        captions = [spec.get("caption", spec["title"]) for spec in specs]
        tables = [(caption, v.numbers(record, frame)) for caption, v in zip(captions, self.views, strict=True)]
        return page.figure(self.title, self._spec(), still(self.views, record, frame), repr(self), tables)

    def _repr_mimebundle_(self, include=None, exclude=None):
        if os.environ.get("DLBOOK_STATIC") == "1":
            return {"text/plain": repr(self), "text/html": self.html()}
        png = picture(self.views, entries(self._start_record), self.frame())
        bundle = self.widget()._repr_mimebundle_()
        data = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
        return data | {"text/plain": repr(self), "image/png": png}, {"image/png": {"alt": repr(self)}}

    @cached_property
    def _start_record(self):
        return self.record(self.start)

    def _sentence(self, positions, record) -> str:
        try:
            return self.summary(positions, record)
        except Exception as error:
            raise ValueError(
                f"Explorer {self.title!r}: describe fails at {self.settings(positions)}: {error}"
            ) from error

    def _spec(self) -> dict:
        constants = table.stored([slot for slot in self.slots if not slot.named], lambda slot: slot.source)
        return {
            "id": page.figure_id(self.title),
            "controls": [self._control_spec(name, control) for name, control in self.controls.items()],
            "frames": {"name": self.frames, "texts": self.frame_texts} if self.frames else None,
            "views": [view.spec() for view in self.views],
            "constants": table.pack(constants),
            **({"live": self.live()} if self.sentence else {"records": self.table()}),
        }

    def _control_spec(self, name: str, control) -> dict:
        label = control.label or name.replace("_", " ")
        return {"name": name, "label": label, "kind": control.kind, "unit": control.unit, **control.spec()}

    def _count_frames(self) -> int | None:
        """Look at the shapes of the record; return the number of frames."""
        record = entries(jax.eval_shape(self.kernel, **self.arguments(self.start)))
        for slot in self.slots:
            contract.check_slot(slot, record, self.frames is not None)
        if self.sentence:
            shapes = {name: np.shape(values)[1:] if self.steps else np.shape(values) for name, values in record.items()}
            self.sentence.check(self.controls, shapes)
        if self.steps:
            return self.steps.count + 1
        return contract.count_frames(self.slots, record, self.frames) if self.frames else None
