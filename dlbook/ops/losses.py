"""Losses averaged over the batch, and their gradients by the scores.

Classes are labelled 0 to k - 1.  Logarithms are natural, so the unit of every logarithmic loss is the nat.
"""

import jax.numpy as jnp
from jax import lax
from jax.scipy.special import xlogy
from jaxtyping import Array, Float, Int

from dlbook import checks
from dlbook.ops.activations import sigmoid, softmax


def squared_error(outputs: Float[Array, "n k"], targets: Float[Array, "n k"]) -> Float[Array, ""]:
    """Mean over the samples of half the squared distance: equation :eq:`squared-error`.

    Raises
    ------
    ValueError
        If `outputs` and `targets` differ in shape.
    """
    checks.same("squared_error", "samples", outputs=outputs.shape[0], targets=targets.shape[0])
    checks.same("squared_error", "columns", outputs=outputs.shape[1], targets=targets.shape[1])
    return ((outputs - targets) ** 2).sum(1).mean() / 2


def squared_error_backward(
    dloss: Float[Array, ""], outputs: Float[Array, "n k"], targets: Float[Array, "n k"]
) -> tuple[Float[Array, "n k"], Float[Array, "n k"]]:
    """The difference, over n: equation :eq:`squared-error-backward`."""
    doutputs = dloss * (outputs - targets) / len(outputs)
    return doutputs, -doutputs


def logistic_loss(scores: Float[Array, " n"], labels: Int[Array, " n"]) -> Float[Array, ""]:
    """Mean of -log p(label) with p(1) = sigmoid(score), labels 0 or 1: equation :eq:`logistic-loss`.

    Raises
    ------
    ValueError
        If there is not one label a score, or a label is neither 0 nor 1.
    """
    _one_label_each("logistic_loss", scores, labels, classes=2)
    return (jnp.logaddexp(scores, 0.0) - labels.astype(scores.dtype) * scores).mean()


def logistic_loss_backward(
    dloss: Float[Array, ""], scores: Float[Array, " n"], labels: Int[Array, " n"]
) -> tuple[Float[Array, " n"], None]:
    """sigmoid(score) - label, over n: equation :eq:`logistic-loss-backward`. Labels have no gradient."""
    return dloss * (sigmoid(scores) - labels.astype(scores.dtype)) / len(scores), None


def signed_logistic_loss(scores: Float[Array, " n"], signs: Int[Array, " n"]) -> Float[Array, ""]:
    """Mean of -log sigmoid(sign · score), labels -1 or +1: equation :eq:`signed-logistic-loss`.

    Raises
    ------
    ValueError
        If there is not one sign a score, or a sign is neither -1 nor +1.
    """
    checks.same("signed_logistic_loss", "samples", scores=scores.shape[0], signs=signs.shape[0])
    checks.signs("signed_logistic_loss", signs)
    return jnp.logaddexp(-signs.astype(scores.dtype) * scores, 0.0).mean()


def signed_logistic_loss_backward(
    dloss: Float[Array, ""], scores: Float[Array, " n"], signs: Int[Array, " n"]
) -> tuple[Float[Array, " n"], None]:
    """-sign · sigmoid(-sign · score), over n: equation :eq:`signed-logistic-loss-backward`."""
    signs = signs.astype(scores.dtype)
    return -dloss * signs * sigmoid(-signs * scores) / len(scores), None


def cross_entropy(p: Float[Array, "*s k"], q: Float[Array, "*s k"]) -> Float[Array, "*s"]:
    """Return -sum p log q, the cross-entropy of q relative to p, in nats: equation :eq:`cross-entropy`.

    A class with p = 0 adds nothing, whatever q says of it.
    """
    return -xlogy(p, q).sum(-1)


def cross_entropy_backward(
    dy: Float[Array, "*s"], p: Float[Array, "*s k"], q: Float[Array, "*s k"]
) -> tuple[Float[Array, "*s k"], Float[Array, "*s k"]]:
    """-log q and -p / q."""
    return -dy[..., None] * jnp.log(q), -dy[..., None] * p / q


def softmax_cross_entropy(scores: Float[Array, "n k"], labels: Int[Array, " n"]) -> Float[Array, ""]:
    """Mean of -log p(label), with p = softmax(scores): equation :eq:`softmax-cross-entropy`.

    The logarithm is taken of all classes first and the label's entry then; the other order,
    log-sum-exp minus the label's score, cancels digits when scores are large.

    Raises
    ------
    ValueError
        If there is not one label a row, or a label is outside 0 to k - 1.
    """
    _one_label_each("softmax_cross_entropy", scores, labels, classes=scores.shape[1])
    shifted = scores - lax.stop_gradient(scores.max(1, keepdims=True))
    log_p = shifted - jnp.log(jnp.exp(shifted).sum(1, keepdims=True))
    return -jnp.take_along_axis(log_p, labels[:, None], axis=1).mean()


def softmax_cross_entropy_backward(
    dloss: Float[Array, ""], scores: Float[Array, "n k"], labels: Int[Array, " n"]
) -> tuple[Float[Array, "n k"], None]:
    """p - y, over n, with y one-hot: equation :eq:`softmax-cross-entropy-backward`."""
    return dloss * (softmax(scores) - _one_hot(labels, scores)) / len(labels), None


def svm_loss(scores: Float[Array, "n k"], labels: Int[Array, " n"]) -> Float[Array, ""]:
    """Mean of the margins by which wrong classes come within 1 of the label's score: equation :eq:`svm-loss`.

    This is the multiclass hinge loss of :cite:t:`weston1999support`.

    Raises
    ------
    ValueError
        If there is not one label a row, or a label is outside 0 to k - 1.
    """
    _one_label_each("svm_loss", scores, labels, classes=scores.shape[1])
    margins = _margins(scores, labels)
    return jnp.where(margins > 0, margins, 0).sum(1).mean()


def svm_loss_backward(
    dloss: Float[Array, ""], scores: Float[Array, "n k"], labels: Int[Array, " n"]
) -> tuple[Float[Array, "n k"], None]:
    """+1 for each class that violates the margin, minus their count for the label: equation :eq:`svm-loss-backward`."""
    violates = (_margins(scores, labels) > 0).astype(scores.dtype)
    dscores = violates * (dloss / len(labels))
    return dscores.at[jnp.arange(len(labels)), labels].add(-dscores.sum(1)), None


def _margins(scores, labels):
    """s_j - s_label + 1 for the wrong classes, 0 for the label's own."""
    of_label = jnp.take_along_axis(scores, labels[:, None], axis=1)
    return (scores - of_label + 1) * (1 - _one_hot(labels, scores))


def _one_hot(labels, scores):
    return (labels[:, None] == jnp.arange(scores.shape[1], dtype=labels.dtype)).astype(scores.dtype)


def _one_label_each(where, scores, labels, *, classes):
    checks.same(where, "samples", scores=scores.shape[0], labels=labels.shape[0])
    checks.labels(where, labels, classes)
