"""How windows lie on an image: how many there are, where each begins, and what a unit sees of the input.

Everything here is whole numbers; convolution and pooling ask it before they touch an array.
"""

from typing import NamedTuple

from dlbook import checks

Pair = tuple[int, int]
Padding = int | str | tuple[Pair, Pair]


class Axis(NamedTuple):
    """The windows along one axis of an image.

    Attributes
    ----------
    size
        Pixels of the image, without its border.
    taps
        Pixels that a window reads.
    stride
        Pixels from the begin of one window to the next.
    dilation
        Pixels from one tap of a window to the next.
    low, high
        Pixels of border before the first and after the last pixel.
    """

    size: int
    taps: int
    stride: int
    dilation: int
    low: int
    high: int

    @property
    def span(self) -> int:
        """Pixels from the first tap of a window to its last, both included."""
        return self.dilation * (self.taps - 1) + 1

    @property
    def count(self) -> int:
        """Windows that fit: equation :eq:`output-size`."""
        return (self.size + self.low + self.high - self.span) // self.stride + 1


def axes(where: str, image: Pair, window: Pair, *, stride=1, padding: Padding = 0, dilation=1) -> tuple[Axis, Axis]:
    """Return how windows lie along the rows and along the columns of an image.

    Parameters
    ----------
    where
        Name of the op, for the messages.
    image, window
        Height and width, in pixels and in taps.
    stride, dilation
        A whole number for both axes, or one for the rows and one for the columns.
    padding
        A number of pixels for all four sides; "valid", which is none; "same", as many as give
        ceil(size / stride) windows, an odd one at the end; or ((top, bottom), (left, right)).

    Raises
    ------
    ValueError
        If a setting is none of these, or no window fits.
    """
    strides, dilations = _pair(where, "stride", stride), _pair(where, "dilation", dilation)
    borders = _borders(where, padding)
    along = tuple(_axis(*values) for values in zip(image, window, strides, dilations, borders, strict=True))
    if min(axis.count for axis in along) < 1:
        (h, w), (i, j) = (tuple(a.size + a.low + a.high for a in along), tuple(a.span for a in along))
        raise ValueError(f"{where}: a window of {i}x{j} pixels does not fit in an image of {h}x{w}, border included.")
    return along


def output_size(size: int, window: int, *, stride: int = 1, padding: int | str | Pair = 0, dilation: int = 1) -> int:
    r"""Positions that a window takes along one axis: equation :eq:`output-size`.

    Parameters
    ----------
    size
        Pixels of the image.
    window
        Taps of the window.
    padding
        Pixels of border on each side, or (before, after), "same" or "valid".

    Notes
    -----
    .. math:: \Big\lfloor \frac{\text{size} + 2\,\text{padding} - \text{dilation} (\text{window} - 1) - 1}
              {\text{stride}} \Big\rfloor + 1

    Examples
    --------
    >>> output_size(7, 3), output_size(7, 3, stride=2, padding=1), output_size(7, 3, stride=2, padding="same")
    (5, 4, 4)
    """
    both = (padding, padding) if isinstance(padding, tuple) else padding
    return axes("output_size", (size,) * 2, (window,) * 2, stride=stride, padding=both, dilation=dilation)[0].count


class ReceptiveField(NamedTuple):
    """What the units of a layer see of the input, along one axis.

    Attributes
    ----------
    size
        Units of the layer.
    jump
        Pixels between the centres of two neighbours' fields.
    field
        Pixels that one unit sees.
    start
        Where the centre of the first unit's field lies; pixel 0 is at 0, its left edge at -0.5.
    """

    size: int
    jump: int
    field: int
    start: float


def receptive_field(size: int, layers) -> list[ReceptiveField]:
    r"""Follow the receptive field from the input through a stack of windows: equation :eq:`receptive-field`.

    Parameters
    ----------
    size
        Pixels of the input.
    layers
        For each convolution or pooling its `(window, stride, padding)`, and its dilation as a fourth if it has one.

    Returns
    -------
    The input itself, then each layer.

    Notes
    -----
    .. math:: j' = s j, \quad r' = r + d (k - 1) j, \quad
              \text{start}' = \text{start} + \big(\tfrac{d (k - 1)}{2} - p\big) j

    Examples
    --------
    >>> receptive_field(28, [(5, 1, 0), (2, 2, 0)])[-1]
    ReceptiveField(size=12, jump=2, field=6, start=2.5)
    """
    fields = [ReceptiveField(size, 1, 1, 0.0)]
    for window, stride, padding, *dilated in layers:
        dilation = dilated[0] if dilated else 1
        n, jump, field, start = fields[-1]
        n = output_size(n, window, stride=stride, padding=padding, dilation=dilation)
        reach = dilation * (window - 1)
        fields.append(ReceptiveField(n, jump * stride, field + reach * jump, start + (reach / 2 - padding) * jump))
    return fields


def _axis(size, taps, stride, dilation, border):
    if border == "same":
        count = -(-size // stride)
        total = max((count - 1) * stride + dilation * (taps - 1) + 1 - size, 0)
        border = (total // 2, total - total // 2)
    return Axis(size, taps, stride, dilation, *border)


def _pair(where, name, value):
    pair = value if isinstance(value, tuple) else (value, value)
    if len(pair) != 2 or not all(isinstance(v, int) and v >= 1 for v in pair):
        raise ValueError(f"{where}: {name} must be a whole number above 0, or two of them, got {value!r}.")
    return pair


def _borders(where, padding):
    if isinstance(padding, str):
        checks.one_of(where, "padding", padding, ("valid", "same"))
        return (padding, padding) if padding == "same" else ((0, 0), (0, 0))
    borders = ((padding,) * 2,) * 2 if isinstance(padding, int) else padding
    if not _are_borders(borders):
        raise ValueError(
            f"{where}: padding must be a whole number from 0, ((top, bottom), (left, right)), "
            f'"valid" or "same", got {padding!r}.'
        )
    return borders


def _are_borders(borders):
    pairs = isinstance(borders, tuple) and len(borders) == 2 and all(isinstance(b, tuple) for b in borders)
    return pairs and all(len(b) == 2 and all(isinstance(v, int) and v >= 0 for v in b) for b in borders)
