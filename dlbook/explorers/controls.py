"""Controls: the settings a reader may choose from, each a short list of values."""

from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from numbers import Number, Real

import numpy as np


class Listed:
    """What controls with a list of values share: a position is a place in the list."""

    def value(self, position: int):
        """Return the value at a position."""
        return self.values[position]

    def text(self, position: int) -> str:
        """Return the value as the reader sees it."""
        return self.texts[position]

    def argument(self, position: int):
        """Return the value as the kernel receives it."""
        return self.arguments[position]

    def spec(self) -> dict:
        """Describe the values for the page."""
        return {"texts": self.texts, "values": self.arguments.tolist(), "start": self.position}


@dataclass(frozen=True)
class Range(Listed):
    """A slider over evenly spaced values.

    Parameters
    ----------
    low, high
        The ends, both included.  Values are whole numbers (int32 for the kernel) when both ends are
        written as integers and every value between is whole; else float32.
    steps
        How many values.
    log
        Space the values evenly in their logarithm, rounded to as few digits as keep them apart.
    start
        The value shown first, to which the nearest of the others gives way; by default the middle one.
    label
        What the reader sees; by default the setting's name.
    unit
        Said after the value, as in "0.3 s".

    Raises
    ------
    ValueError
        If the ends are not in order, the steps fewer than two, or `start` does not lie between the ends.

    Examples
    --------
    >>> Range(0.01, 10, steps=13, log=True, start=0.3).values
    (0.01, 0.02, 0.03, 0.06, 0.1, 0.2, 0.3, 0.6, 1.0, 2.0, 3.0, 6.0, 10.0)
    """

    low: Real
    high: Real
    _: KW_ONLY
    steps: int = 11
    log: bool = False
    start: Real | None = None
    label: str = ""
    unit: str = ""
    kind = "range"

    def __post_init__(self):
        if not (np.isfinite([self.low, self.high]).all() and self.low < self.high):
            raise ValueError(f"Range: low must be below high, both finite, got {self.low} and {self.high}.")
        if self.steps < 2:
            raise ValueError(f"Range: steps must be at least 2, got {self.steps}.")
        if self.log and self.low <= 0:
            raise ValueError(f"Range: low must be above 0 on a logarithmic scale, got {self.low}.")
        if self.start is not None and not self.low <= self.start <= self.high:
            raise ValueError(f"Range: start must lie between {self.low} and {self.high}, got {self.start}.")

    @cached_property
    def values(self) -> tuple:
        """The values in order."""
        values, start = self._even(), self.start
        if start is None:
            return values
        inner = values if start in (self.low, self.high) else values[1:-1] or values
        nearest = min(inner, key=lambda value: abs(self._scale(value) - self._scale(start)))
        return tuple(type(value)(start) if value == nearest else value for value in values)

    def _scale(self, value):
        return np.log(value) if self.log else value

    def _even(self) -> tuple:
        exact = (
            np.geomspace(self.low, self.high, self.steps) if self.log else np.linspace(self.low, self.high, self.steps)
        )
        digits = next((d for d in range(1, 10) if len(_rounded(exact, d)) == self.steps), 10) if self.log else 10
        values = [float(f"{value:.{digits - 1}e}") for value in exact]
        values[0], values[-1] = self.low, self.high
        whole = isinstance(self.low, int) and isinstance(self.high, int) and all(value % 1 == 0 for value in values)
        return tuple(int(value) if whole else float(value) for value in values)

    @property
    def arguments(self) -> np.ndarray:
        """What the kernel receives, one entry for each value."""
        return np.asarray(self.values, np.int32 if isinstance(self.values[0], int) else np.float32)

    @property
    def texts(self) -> tuple[str, ...]:
        """The values as the reader sees them."""
        return tuple(f"{value:.6g}" for value in self.values)

    @cached_property
    def position(self) -> int:
        """Where `start` stands among the values."""
        if self.start is None:
            return self.steps // 2
        return _position("Range", self.start, self.values)


@dataclass(frozen=True)
class Choice(Listed):
    """A list to choose from.

    Parameters
    ----------
    options
        Strings, of which the kernel receives the index (int32, for `lax.switch`), or numbers or
        truth values, which it receives as they are.
    start
        The option shown first; by default the first one.
    label
        What the reader sees; by default the setting's name.
    unit
        Said after the value.

    Raises
    ------
    ValueError
        If there are fewer than two options, two are the same, strings and numbers are mixed, or
        `start` is none of them.
    """

    options: list | tuple | range
    _: KW_ONLY
    start: Number | str | None = None
    label: str = ""
    unit: str = ""
    kind = "choice"

    def __post_init__(self):
        if len(self.options) < 2 or len(set(self.options)) < len(self.options):
            raise ValueError(f"Choice: options must be two or more, all different, got {list(self.options)}.")
        if len({isinstance(option, str) for option in self.options}) > 1:
            raise ValueError(f"Choice: options must be all strings or all numbers, got {list(self.options)}.")
        self.position

    @property
    def values(self) -> tuple:
        """The options in order."""
        return tuple(self.options)

    @property
    def arguments(self) -> np.ndarray:
        """What the kernel receives, one entry for each option."""
        if isinstance(self.options[0], str):
            return np.arange(len(self.options), dtype=np.int32)
        numbers = np.asarray(self.options)
        return (
            numbers if numbers.dtype == bool else numbers.astype(np.int32 if numbers.dtype.kind == "i" else np.float32)
        )

    @property
    def texts(self) -> tuple[str, ...]:
        """The options as the reader sees them."""
        if isinstance(self.options[0], bool):
            return tuple("yes" if option else "no" for option in self.options)
        return tuple(option if isinstance(option, str) else f"{option:.6g}" for option in self.options)

    @property
    def position(self) -> int:
        """Where `start` stands among the options."""
        return 0 if self.start is None else _position("Choice", self.start, self.values)


@dataclass(frozen=True)
class Seed(Listed):
    """A number to type, from which the kernel makes its random key.

    Parameters
    ----------
    start
        The seed at first.
    count
        How many seeds there are: 0, ..., count - 1, as int32 for the kernel.
    label
        What the reader sees; by default the setting's name.

    Raises
    ------
    ValueError
        If `start` is none of the seeds.
    """

    start: int = 0
    _: KW_ONLY
    count: int = 1000
    label: str = ""
    unit = ""
    kind = "number"

    def __post_init__(self):
        if not 0 <= self.start < self.count:
            raise ValueError(f"Seed: start must be one of 0, ..., {self.count - 1}, got {self.start}.")

    @property
    def values(self) -> range:
        """The seeds."""
        return range(self.count)

    @property
    def arguments(self) -> np.ndarray:
        """What the kernel receives."""
        return np.arange(self.count, dtype=np.int32)

    @property
    def texts(self) -> tuple[str, ...]:
        """The seeds as the reader sees them."""
        return tuple(map(str, self.values))

    @property
    def position(self) -> int:
        """Where `start` stands among the seeds."""
        return self.start

    def spec(self) -> dict:
        """Describe the seeds for the page."""
        return {"count": self.count, "start": self.start}


def _rounded(values, digits: int) -> set:
    return {f"{value:.{digits - 1}e}" for value in values}


def _position(where: str, start, values) -> int:
    for position, value in enumerate(values):
        same = value == start if isinstance(start, str) else bool(np.isclose(value, start, rtol=1e-6, atol=0))
        if same:
            return position
    raise ValueError(f"{where}: start must be one of {', '.join(map(str, values))}, got {start}.")
