"""Two losses that replace the softmax over a whole vocabulary, where its sum over all words would cost too much.

Both score a hidden vector `h` against a few rows that were looked up beforehand: against the right word and some
drawn ones, or against the inner nodes on the way to the right word in a tree.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from dlbook import checks
from dlbook.ops.activations import sigmoid


def negative_sampling_loss(
    h: Float[Array, "n d"], target: Float[Array, "n d"], negatives: Float[Array, "n k d"]
) -> Float[Array, ""]:
    r"""Mean of -log p(the target is real) and of -log p(each drawn word is not): equation :eq:`negative-sampling`.

    Parameters
    ----------
    h
        Hidden vectors, e.g. the vector of the word in the middle.
    target
        Output vector of the word that stands there.
    negatives
        Output vectors of k words drawn at random :cite:`mikolov2013distributed`.

    Raises
    ------
    ValueError
        If samples or features differ.

    Notes
    -----
    .. math:: -\log \sigma(h \cdot v) - \sum_k \log \sigma(-h \cdot v_k)
    """
    checks.same("negative_sampling_loss", "samples", h=h.shape[0], target=target.shape[0])
    checks.same("negative_sampling_loss", "features", h=h.shape[1], target=target.shape[1])
    checks.same("negative_sampling_loss", "samples", h=h.shape[0], negatives=negatives.shape[0])
    checks.same("negative_sampling_loss", "features", h=h.shape[1], negatives=negatives.shape[2])
    right, wrong = _scores(h, target, negatives)
    return (jnp.logaddexp(-right, 0.0) + jnp.logaddexp(wrong, 0.0).sum(1)).mean()


def negative_sampling_loss_backward(
    dloss: Float[Array, ""],
    h: Float[Array, "n d"],
    target: Float[Array, "n d"],
    negatives: Float[Array, "n k d"],
) -> tuple[Float[Array, "n d"], Float[Array, "n d"], Float[Array, "n k d"]]:
    """Probability minus truth on each score, over n: equation :eq:`negative-sampling-backward`."""
    right, wrong = _scores(h, target, negatives)
    dright = (-dloss * sigmoid(-right) / len(h))[:, None]  # sigmoid(right) - 1 would round a small one off
    dwrong = dloss * sigmoid(wrong) / len(h)
    dh = dright * target + jnp.einsum("nk,nkd->nd", dwrong, negatives)
    return dh, dright * h, jnp.einsum("nk,nd->nkd", dwrong, h)


def hierarchical_softmax_loss(
    h: Float[Array, "n d"], nodes: Float[Array, "n l d"], turns: Int[Array, "n l"]
) -> Float[Array, ""]:
    r"""Mean of -log p(word), the product of the turns on the way to it: equation :eq:`hierarchical-softmax`.

    Parameters
    ----------
    h
        Hidden vectors.
    nodes
        Vectors of the inner nodes on the way from the root to the word :cite:`morin2005hierarchical`.
    turns
        +1 to the left, -1 to the right, 0 after the end of a short way.

    Raises
    ------
    ValueError
        If samples, features or the lengths of the ways differ, or a turn is none of the three numbers.

    Notes
    -----
    .. math:: -\sum_l \log \sigma(t_l \, h \cdot v_l)
    """
    checks.same("hierarchical_softmax_loss", "samples", h=h.shape[0], nodes=nodes.shape[0])
    checks.same("hierarchical_softmax_loss", "features", h=h.shape[1], nodes=nodes.shape[2])
    checks.same("hierarchical_softmax_loss", "samples", h=h.shape[0], turns=turns.shape[0])
    checks.same("hierarchical_softmax_loss", "turns", nodes=nodes.shape[1], turns=turns.shape[1])
    checks.labels("hierarchical_softmax_loss", turns + 1, 3, name="turns + 1")
    t = turns.astype(h.dtype)
    return (t**2 * jnp.logaddexp(-t * _along(h, nodes), 0.0)).sum(1).mean()


def hierarchical_softmax_loss_backward(
    dloss: Float[Array, ""], h: Float[Array, "n d"], nodes: Float[Array, "n l d"], turns: Int[Array, "n l"]
) -> tuple[Float[Array, "n d"], Float[Array, "n l d"], None]:
    """-t sigmoid(-t s) on each score s, over n: equation :eq:`hierarchical-softmax-backward`."""
    t = turns.astype(h.dtype)
    dscores = -dloss * t * sigmoid(-t * _along(h, nodes)) / len(h)
    return jnp.einsum("nl,nld->nd", dscores, nodes), jnp.einsum("nl,nd->nld", dscores, h), None


def _scores(h, target, negatives):
    return (h * target).sum(1), _along(h, negatives)


def _along(h, rows):
    """The score of each hidden vector against each of its own rows."""
    return jnp.einsum("nd,nkd->nk", h, rows)
