"""The 1797 handwritten digits that scikit-learn carries: no download."""

import jax.numpy as jnp
import jax.random as jr

from dlbook.data.split import Split, split


def digits(seed: int = 0) -> Split:
    """Load images of 8 by 8 pixels as rows of 64 numbers in [0, 1], with labels 0 to 9.

    There are 1197, 300 and 300 samples in the three parts, and each digit has
    its share in each part.

    Parameters
    ----------
    seed
        Decides which sample comes into which part.

    Examples
    --------
    >>> [x.shape for x, labels in digits()]
    [(1197, 64), (300, 64), (300, 64)]
    """
    from sklearn.datasets import load_digits  # takes seconds to import, and nothing else here needs it

    bunch = load_digits()
    x, labels = jnp.asarray(bunch.data, "float32") / 16, jnp.asarray(bunch.target, "int32")
    return split(x, labels, jr.key(seed), valid=300, test=300)
