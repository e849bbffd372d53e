"""LeNet-5 as taught today (61,706 parameters) on images of 28 by 28: the same data, start and order of batches for all.

The images are scikit-learn's digits, each pixel repeated three times and a border of two put around; so no download.
"""

from functools import partial

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np

from benchmarks import mlp, peers, race
from dlbook import data
from dlbook.models import cnn
from dlbook.ops.conv import conv2d, conv2d_backward

EPOCHS = 3
TASKS = [
    {"optimizer": "sgd", "batch_size": 64, "learning_rate": 0.05},
]
PACKAGES = ["jax", "keras", "numpy", "torch"]
PEERS = ["torch", "torch, 1 thread", "torch, compiled", "keras", "dlbook, im2col"]
BANDS = dict.fromkeys(PEERS, (-0.03, 0.03))  # relative to dlbook's
STRUCTURE = {"padding": (2, 0)}


def start():
    """Return images and labels, the initial parameters and the key that orders the batches."""
    x, labels = data.digits().train
    large = jnp.pad(jnp.kron(x.reshape(-1, 8, 8), jnp.ones((1, 3, 3))), ((0, 0), (2, 2), (2, 2)))
    return (large[..., None], labels), cnn.init(jr.key(0), **STRUCTURE), jr.key(1)


def with_dlbook(task, **form):
    """The package's own loop; `form` may name a convolution other than the default."""
    return mlp.fitted(partial(cnn.loss, **STRUCTURE, **form), start(), task, EPOCHS)


def with_torch(task, threads=None, compiled=False):
    """PyTorch's usual loop, eager or compiled."""
    peers.threads(threads)
    (x, labels), params, key = start()
    rows = mlp.orders(key, len(x), task["batch_size"])[:EPOCHS]
    return peers.torch_run(torch_network(params), x.transpose(0, 3, 1, 2), labels, rows, task, compiled)


def torch_network(params):
    """The same network in PyTorch, which flattens channels first: the first affine map's rows are put in that order."""
    from torch import from_numpy, nn, no_grad

    stage = lambda n_in, n_out, padding: [nn.Conv2d(n_in, n_out, 5, padding=padding), nn.ReLU(), nn.MaxPool2d(2)]
    dense = [nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)]
    net = nn.Sequential(*stage(1, 6, 2), *stage(6, 16, 0), nn.Flatten(), *dense)
    convs = [(np.transpose(kernel, (3, 2, 0, 1)), bias) for kernel, bias in params.convs]
    affine = [
        (w.reshape(5, 5, 16, 120).transpose(2, 0, 1, 3).reshape(400, 120) if len(w) == 400 else w, b)
        for w, b in params.dense
    ]
    with no_grad():
        trained = [layer for layer in net if hasattr(layer, "weight")]
        for layer, (w, b) in zip(trained, [*convs, *((w.T, b) for w, b in affine)], strict=True):
            layer.weight.copy_(from_numpy(np.array(w)))
            layer.bias.copy_(from_numpy(np.array(b)))
    return net


def with_keras(task):
    """Keras on JAX: the library's convolution, and a Python loop round a compiled step."""
    keras = peers.keras_on_jax()
    layers = keras.layers
    (x, labels), params, key = start()
    rows = mlp.orders(key, len(x), task["batch_size"])[:EPOCHS]
    stage = lambda units, padding: [layers.Conv2D(units, 5, padding=padding, activation="relu"), layers.MaxPooling2D()]
    dense = [layers.Flatten(), layers.Dense(120, "relu"), layers.Dense(84, "relu"), layers.Dense(10)]
    net = keras.Sequential([keras.Input((28, 28, 1)), *stage(6, "same"), *stage(16, "valid"), *dense])
    weights = [*jax.tree.leaves(params.convs), *jax.tree.leaves(params.dense)]
    return peers.keras_run(net, weights, x, labels, np.concatenate(rows), task, last=rows.shape[1])


CONTENDERS = {
    "dlbook": with_dlbook,
    "dlbook, im2col": lambda task: with_dlbook(task, conv=(conv2d, conv2d_backward)),
    "torch": with_torch,
    "torch, 1 thread": partial(with_torch, threads=1),
    "torch, compiled": partial(with_torch, compiled=True),
    "keras": with_keras,
}


same_quality = partial(race.same_quality, "lenet", bands=BANDS)
