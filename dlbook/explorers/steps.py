"""A kernel in steps: a state that is made, advanced and drawn, frame by frame."""

import inspect
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field

import jax
import jax.numpy as jnp
from jax import lax


@dataclass(frozen=True, eq=False)
class Steps:
    """A process whose frames are shown as they are computed, such as the training of a network.

    Called with settings it is an ordinary kernel, which returns the record of all frames.  A page computes them one
    after the other.

    Parameters
    ----------
    init
        `init(**settings)` returns the state at first, any tree of arrays.
    step
        `step(state, **settings)` returns the next state, of the same shapes and types.
    draw
        `draw(state, **settings)` returns the record of one frame.
    count
        How many frames follow the first.
    each
        How many steps lead from one frame to the next.
    fixed
        Settings that the reader does not move, with their values.

    Each function takes those settings that it names.

    Raises
    ------
    ValueError
        If `count` or `each` is below 1, or a step changes the shape or the type of the state.

    Examples
    --------
    >>> halving = Steps(lambda start: start, lambda x, factor: factor * x, lambda x: {"x": x}, count=3, each=1)
    >>> halving(start=8.0, factor=0.5)["x"]
    Array([8., 4., 2., 1.], dtype=float32, weak_type=True)
    """

    init: Callable
    step: Callable
    draw: Callable
    _: KW_ONLY
    count: int = 60
    each: int = 1
    fixed: dict = field(default_factory=dict)

    def __post_init__(self):
        for name in ("count", "each"):
            if getattr(self, name) < 1:
                raise ValueError(f"Steps: {name} must be at least 1, got {getattr(self, name)}.")

    @property
    def settings(self) -> list[str]:
        """Names of the settings that some function takes and that are not fixed."""
        named = [*_names(self.init), *_settings(self.step), *_settings(self.draw)]
        return [name for name in dict.fromkeys(named) if name not in self.fixed]

    def begin(self, settings: dict):
        """Return the state at first."""
        return jax.tree.map(jnp.asarray, self.init(**_chosen(self.fixed | settings, _names(self.init))))

    def advance(self, state, settings: dict):
        """Return the state one step later."""
        later = jax.tree.map(jnp.asarray, self.step(state, **_chosen(self.fixed | settings, _settings(self.step))))
        before, after = (jax.tree.map(lambda a: f"{a.dtype}{list(a.shape)}", tree) for tree in (state, later))
        if before != after:
            raise ValueError(f"Steps: a step must keep shapes and types, got {after} from {before}.")
        return later

    def show(self, state, settings: dict) -> dict:
        """Return the record of one frame."""
        record = self.draw(state, **_chosen(self.fixed | settings, _settings(self.draw)))
        return record._asdict() if hasattr(record, "_asdict") else dict(record)

    def __call__(self, **settings) -> dict:
        """Return the record of all frames, each entry with the frames in front."""
        first = self.begin(settings)

        def frame(state, _):
            later = lax.fori_loop(0, self.each, lambda _, state: self.advance(state, settings), state)
            return later, self.show(later, settings)

        _, rest = lax.scan(frame, first, None, length=self.count)
        return {
            name: jnp.concatenate([jnp.asarray(one)[None], rest[name]])
            for name, one in self.show(first, settings).items()
        }


def _names(function: Callable) -> list[str]:
    return list(inspect.signature(function).parameters)


def _settings(function: Callable) -> list[str]:
    return _names(function)[1:]  # after the state


def _chosen(settings: dict, names: list[str]) -> dict:
    return {name: value for name, value in settings.items() if name in names}
