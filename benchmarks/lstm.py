"""A character model of 128 units on windows of 64: the same text, initial weights and order of batches for all.

`torch.compile` leaves `nn.LSTM` and `nn.GRU` as they are, one call of a compiled library; it translates what stands
around them, and the optimizer's step.
"""

from functools import partial

import jax
import jax.random as jr
import numpy as np

from benchmarks import peers, race
from dlbook.data import text
from dlbook.models import char_rnn
from dlbook.train import fit

STEPS, BATCH, EMBEDDING, HIDDEN, RATE = 64, 32, 64, 128, 3e-3
TASKS = [{"cell": cell, "batches": 40} for cell in ("lstm", "gru")]
PACKAGES = ["jax", "keras", "numpy", "torch"]
PEERS = ["dlbook, 2 devices", "torch", "torch, 1 thread", "torch, compiled", "keras"]
BANDS = dict.fromkeys(PEERS, (-0.02, 0.02))  # relative to dlbook's
BLOCKS = {"lstm": (0, 1, 3, 2), "gru": (0, 1, 2)}  # PyTorch's order of our blocks of columns
KERAS_BLOCKS = {"lstm": (0, 1, 3, 2), "gru": (1, 0, 2)}
LAST = 10  # batches at the end whose mean loss is compared


def start(task):
    """Return the windows of text, the initial parameters and the key that orders the batches."""
    prose = text.prose(task["batches"] * BATCH * STEPS + 2 * STEPS)
    symbols = text.vocabulary(prose)
    windows = text.windows(symbols.encode(prose), STEPS + 1)[: task["batches"] * BATCH]
    params = char_rnn.init(
        jr.key(0), len(symbols.symbols), (HIDDEN,), embedding=EMBEDDING, cell=task["cell"], forget_bias=1.0
    )
    return windows, params, jr.key(1)


def order(key, samples):
    """Rows of each batch of the one epoch, as `train.fit` draws them from the same key."""
    rows = jr.permutation(jr.split(jr.fold_in(key, 0))[0], samples)
    return np.asarray(rows[: samples // BATCH * BATCH].reshape(-1, BATCH))


def with_dlbook(task, devices=1):
    """The package's own loop: one compiled call.  Two devices, made of the two cores, share each batch."""
    mesh = peers.mesh(devices)
    windows, params, key = start(task)
    how = dict(key=key, learning_rate=RATE, epochs=1, batch_size=BATCH, mesh=mesh)

    def run():
        return float(jax.block_until_ready(fit(char_rnn.loss, params, windows, **how)).loss[0, -LAST:].mean())

    return run


def with_torch(task, threads=None, compiled=False):
    """PyTorch's usual loop, eager or compiled."""
    torch = peers.threads(threads)
    windows, params, key = start(task)
    batches = peers.tensors(windows[order(key, len(windows))])
    net = torch_network(params, task["cell"])
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    restart = peers.torch_restart(net, optimizer)

    def loss(batch):
        table, layer, output = net
        hs, _ = layer(table(batch[:, :-1].T))
        return torch.nn.functional.cross_entropy(output(hs).flatten(0, 1), batch[:, 1:].T.reshape(-1))

    update = peers.torch_update(loss, optimizer, compiled)

    def run():
        restart()
        losses = [update(batch) for batch in batches]
        return float(sum(losses[-LAST:]) / LAST)

    return run


def torch_network(params, cell):
    """Embedding, recurrent layer and output in PyTorch, with our initial weights."""
    from torch import nn, no_grad

    ours = params.layers[0]
    table = nn.Embedding(*params.table.shape)
    layer = {"lstm": nn.LSTM, "gru": nn.GRU}[cell](EMBEDDING, HIDDEN)
    output = nn.Linear(HIDDEN, len(params.table))
    with no_grad():
        table.weight.copy_(peers.tensors(params.table))
        layer.weight_ih_l0.copy_(peers.tensors(blocks(ours.wx, BLOCKS[cell]).T))
        layer.weight_hh_l0.copy_(peers.tensors(blocks(ours.wh, BLOCKS[cell]).T))
        layer.bias_ih_l0.copy_(peers.tensors(blocks(ours.b, BLOCKS[cell])))
        layer.bias_hh_l0.zero_()
        output.weight.copy_(peers.tensors(params.output.w.T))
        output.bias.copy_(peers.tensors(params.output.b))
    return nn.ModuleList([table, layer, output])


def blocks(a, order):
    """Put the blocks of columns, one for each gate, in another order."""
    return np.concatenate([np.split(np.asarray(a), len(order), axis=-1)[k] for k in order], axis=-1)


def with_keras(task):
    """Keras on JAX: its recurrent layer, which is a scan, and a Python loop round a compiled step."""
    keras = peers.keras_on_jax()
    windows, params, key = start(task)
    layer = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[task["cell"]](HIDDEN, return_sequences=True)
    words = len(params.table)
    net = keras.Sequential(
        [keras.Input((STEPS,)), keras.layers.Embedding(words, EMBEDDING), layer, keras.layers.Dense(words)]
    )
    ours, places = params.layers[0], KERAS_BLOCKS[task["cell"]]
    wx, wh, b = (blocks(a, places) for a in (ours.wx, ours.wh, ours.b))
    b = b if task["cell"] == "lstm" else np.stack([b, 0 * b])
    weights = [params.table, wx, wh, b, params.output.w, params.output.b]
    how, rows = {"optimizer": "adam", "learning_rate": RATE}, order(key, len(windows))
    return peers.keras_run(net, weights, windows[:, :-1], windows[:, 1:], rows, how, last=LAST)


CONTENDERS = {
    "dlbook": with_dlbook,
    "dlbook, 2 devices": partial(with_dlbook, devices=2),
    "torch": with_torch,
    "torch, 1 thread": partial(with_torch, threads=1),
    "torch, compiled": partial(with_torch, compiled=True),
    "keras": with_keras,
}


same_quality = partial(race.same_quality, "lstm", bands=BANDS)
