"""Deep belief network :cite:`hinton2006fast`: RBMs trained one on top of the other, then an MLP to be fine-tuned."""

from itertools import pairwise

import jax.random as jr
from jaxtyping import Array, Float, PRNGKeyArray

from dlbook import checks
from dlbook.history import rbm
from dlbook.models import mlp
from dlbook.ops.affine import Affine


def pretrain(
    key: PRNGKeyArray,
    x: Float[Array, "n d"],
    sizes: tuple[int, ...],
    *,
    epochs: int = 20,
    batch_size: int = 20,
    rate=0.1,
    k=1,
) -> tuple[mlp.Params, list[Float[Array, " epochs"]]]:
    """Train the hidden layers one by one, without labels: equation :eq:`greedy-pretraining`.

    Parameters
    ----------
    sizes
        Units of each layer, from the inputs to the scores, as for `mlp.init`.
    epochs, batch_size, rate, k
        As for `rbm.fit`, for each of the machines.

    Returns
    -------
    params
        An MLP for sigmoid units.  Its last layer, which no machine trains, is drawn as in `mlp.init`.
    errors
        Reconstruction error of each machine after each of its epochs.

    Raises
    ------
    ValueError
        If `sizes` does not start with the features of `x`, or as `rbm.fit` and `mlp.init` do.
    """
    checks.sizes("dbn.pretrain", sizes)
    checks.same("dbn.pretrain", "features", x=x.shape[1], sizes=sizes[0])
    layers, errors = [], []
    for layer, (below, above) in enumerate(pairwise(sizes[:-1])):
        key_init, key_fit = jr.split(jr.fold_in(key, layer))
        machine = rbm.init(key_init, below, above)
        options = dict(epochs=epochs, batch_size=batch_size, rate=rate, k=k)
        machine, error = rbm.fit(machine, x, key=key_fit, **options)
        layers.append(Affine(machine.w, machine.c))
        errors.append(error)
        x = rbm.hidden(machine, x)
    return layers + mlp.init(jr.fold_in(key, len(sizes)), sizes[-2:]), errors
