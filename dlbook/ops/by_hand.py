"""Put a hand-written backward pass in the place of autodiff."""

import jax


def by_hand(forward, backward, **static):
    """Return `forward` with `backward` as its derivative.

    A model built on `by_hand(affine, affine_backward)` trains on the book's own formulas
    while `jax.grad` drives it.

    Parameters
    ----------
    forward, backward
        The two halves of an op, in the protocol of :mod:`dlbook.ops`.
    static
        Keyword arguments of both, such as `slope=0.1`.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> from dlbook.ops.activations import relu, relu_backward
    >>> float(jax.grad(by_hand(relu, relu_backward))(jnp.float32(3)))
    1.0
    """

    @jax.custom_vjp
    def op(*arrays):
        return forward(*arrays, **static)

    op.defvjp(
        lambda *arrays: (forward(*arrays, **static), arrays),
        lambda arrays, dy: backward(dy, *arrays, **static),
    )
    return op
