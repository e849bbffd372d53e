"""LeNet-5 as it was published in 1998 :cite:`lecun1998gradient`: exactly 60,000 trained numbers.

====== ============================================== ========== ==========
layer  what it does                                   output     parameters
====== ============================================== ========== ==========
C1     6 kernels of 5x5                               28x28x6    156
S2     sum of 2x2, times a weight, plus a bias        14x14x6    12
C3     16 kernels, each of 3, 4 or 6 of S2's maps     10x10x16   1,516
S4     as S2                                          5x5x16     32
C5     120 kernels of 5x5                             1x1x120    48,120
F6     affine                                         84         10,164
output squared distance from a fixed code a class     10         (840, not trained)
====== ============================================== ========== ==========

All layers up to F6 end in a scaled tanh.  The codes are small pictures of the digits, 7 by 12 pixels of
-1 and +1; their drawing here is ours, in the manner of the paper's figure 3.
"""

from typing import NamedTuple

import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Float, PRNGKeyArray

from dlbook import checks
from dlbook.models.cnn import Op
from dlbook.ops.affine import Affine, affine, affine_backward
from dlbook.ops.by_hand import by_hand
from dlbook.ops.conv import Conv, conv2d, conv2d_backward
from dlbook.ops.losses import softmax_cross_entropy
from dlbook.ops.pool import mean_pool2d, mean_pool2d_backward

CONNECTIONS = (  # which maps of S2 each map of C3 reads: table I of the paper
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)

GLYPHS = """
..###.. ...#... ..###.. .#####. .....#. ####### ...###. ####### ..###.. ..###..
.#...#. ..##... .#...#. #.....# ....##. #...... ..#.... #.....# .#...#. .#...#.
#.....# .#.#... #.....# ......# ...#.#. #...... .#..... ......# #.....# #.....#
#.....# ...#... ......# ......# ..#..#. #...... #...... .....#. #.....# #.....#
#.....# ...#... ......# .....#. .#...#. #.####. #...... .....#. .#...#. #.....#
#.....# ...#... .....#. ..###.. #....#. ##....# #.###.. ....#.. ..###.. .#...##
#.....# ...#... ....#.. .....#. #....#. ......# ##...#. ....#.. .#...#. ..###.#
#.....# ...#... ...#... ......# ####### ......# #.....# ...#... #.....# ......#
#.....# ...#... ..#.... ......# .....#. ......# #.....# ...#... #.....# ......#
#.....# ...#... .#..... ......# .....#. ......# #.....# ..#.... #.....# .....#.
.#...#. ...#... #...... #.....# .....#. #....#. .#...#. ..#.... .#...#. ....#..
..###.. .#####. ####### .#####. .....#. .####.. ..###.. ..#.... ..###.. .###...
"""


class Subsampling(NamedTuple):
    """Weight and bias of each map in a subsampling layer."""

    coefficient: Float[Array, " c"]
    bias: Float[Array, " c"]


class Params(NamedTuple):
    """What is trained, layer by layer; `c3.kernel` holds the 60 kernels of `CONNECTIONS`, one after another."""

    c1: Conv
    s2: Subsampling
    c3: Conv
    s4: Subsampling
    c5: Conv
    f6: Affine


def init(key: PRNGKeyArray) -> Params:
    """Draw weights evenly from -2.4 / inputs to 2.4 / inputs, as the paper does; biases start at 0.

    Subsampling starts as the mean of its four inputs; about that the paper says nothing.
    """
    k1, k3, k5, k6 = jr.split(key, 4)
    fan_in = jnp.array([25 * len(maps) for maps in CONNECTIONS for _ in maps])
    mean = lambda maps: Subsampling(jnp.full(maps, 0.25), jnp.zeros(maps))
    return Params(
        c1=Conv(_even(k1, (5, 5, 1, 6), 25), jnp.zeros(6)),
        s2=mean(6),
        c3=Conv(_even(k3, (5, 5, 1, len(fan_in)), fan_in), jnp.zeros(16)),
        s4=mean(16),
        c5=Conv(_even(k5, (5, 5, 16, 120), 400), jnp.zeros(120)),
        f6=Affine(_even(k6, (120, 84), 120), jnp.zeros(84)),
    )


def prepare(images: Float[Array, "n h w 1"]) -> Float[Array, "n 32 32 1"]:
    """Put images in [0, 1] in the middle of 32 by 32 pixels, with background at -0.1 and ink at 1.175.

    Raises
    ------
    ValueError
        If the images are larger.
    """
    checks.in_range("lenet5.prepare", "height and width", max(images.shape[1:3]), 1, 32)
    borders = [((32 - n) // 2, 32 - n - (32 - n) // 2) for n in images.shape[1:3]]
    return jnp.pad(images, ((0, 0), *borders, (0, 0))) * 1.275 - 0.1


def squash(x: Float[Array, "*s"]) -> Float[Array, "*s"]:
    """Return 1.7159 tanh(2 x / 3): equation :eq:`scaled-tanh`; it leaves -1 and 1 where they are."""
    return 1.7159 * jnp.tanh(2 / 3 * x)


def subsample(x: Float[Array, "n h w c"], coefficient: Float[Array, " c"], bias: Float[Array, " c"]):
    """Return the sum of each 2 by 2 block times the map's weight, plus its bias: equation :eq:`subsampling`."""
    return 4 * by_hand(mean_pool2d, mean_pool2d_backward)(x) * coefficient + bias


def sparse_kernel(kernels: Float[Array, "i j 1 p"]) -> Float[Array, "i j 6 16"]:
    """Put the 60 kernels of C3 in their places among 6 times 16, with zeros where nothing is connected."""
    places = [(c, f) for f, maps in enumerate(CONNECTIONS) for c in maps]
    rows, columns = (jnp.array(axis) for axis in zip(*places, strict=True))
    return jnp.zeros((*kernels.shape[:2], 6, 16), kernels.dtype).at[:, :, rows, columns].set(kernels[:, :, 0])


def codes() -> Float[Array, "10 84"]:
    """Return the code of each class, 84 numbers -1 or +1: the rows of a picture of the digit."""
    lines = [line.split() for line in GLYPHS.split("\n") if line]
    glyphs = ["".join(line[digit] for line in lines) for digit in range(10)]
    return jnp.array([[1.0 if pixel == "#" else -1.0 for pixel in glyph] for glyph in glyphs])


def layers(
    params: Params, x: Float[Array, "n 32 32 1"], *, conv: Op = (conv2d, conv2d_backward)
) -> list[Float[Array, "n ..."]]:
    """Return the outputs of C1, S2, C3, S4, C5 and F6.

    Parameters
    ----------
    conv
        The convolution, a pair of forward and backward pass.
    """
    convolve = by_hand(*conv)
    c1 = squash(convolve(x, *params.c1))
    s2 = squash(subsample(c1, *params.s2))
    c3 = squash(convolve(s2, sparse_kernel(params.c3.kernel), params.c3.bias))
    s4 = squash(subsample(c3, *params.s4))
    c5 = squash(convolve(s4, *params.c5))
    f6 = squash(by_hand(affine, affine_backward)(c5.reshape(len(x), -1), *params.f6))
    return [c1, s2, c3, s4, c5, f6]


def apply(
    params: Params, x: Float[Array, "n 32 32 1"], *, conv: Op = (conv2d, conv2d_backward)
) -> Float[Array, "n 10"]:
    """Return a score for each class, minus the squared distance of F6 from its code: equation :eq:`rbf-output`."""
    f6 = layers(params, x, conv=conv)[-1]
    return -((f6[:, None] - codes()) ** 2).sum(2)


def loss(
    params: Params, batch, key: PRNGKeyArray | None = None, *, rubbish=20.0, conv: Op = (conv2d, conv2d_backward)
) -> Float[Array, ""]:
    r"""Mean loss of a batch `(x, labels)`, the paper's second criterion: equation :eq:`lenet5-loss`.

    Parameters
    ----------
    key
        Not used: nothing here is random.
    rubbish
        Distance j at which an image is taken for no digit at all; a wrong class farther away is hardly
        pushed further.  The paper names no value.

    Notes
    -----
    With distances y and label l: :math:`y_l + \log(e^{-j} + \sum_k e^{-y_k})`, which is the cross-entropy over
    the ten classes and an eleventh whose score is always -j.
    """
    x, labels = batch
    scores = apply(params, x, conv=conv)
    none = jnp.full((len(x), 1), -rubbish, scores.dtype)
    return softmax_cross_entropy(jnp.concatenate([scores, none], 1), labels)


def accuracy(params: Params, batch) -> Float[Array, ""]:
    """Share of a batch `(x, labels)` whose nearest code is that of its label."""
    x, labels = batch
    return (apply(params, x).argmax(1) == labels).mean()


def _even(key, shape, fan_in):
    return 2.4 / fan_in * jr.uniform(key, shape, minval=-1)
