"""A GAN of two networks 2-128-128 on the ring of 8 Gaussians: the same data, start, noise and batches for all."""

from functools import partial

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np

from benchmarks import mlp, race
from dlbook import data, train
from dlbook.models import gan

LATENT, BATCH, SAMPLES = 2, 256, 8192
TASKS = [{"rounds": 400, "steps": steps, "learning_rate": 1e-3} for steps in (1, 5)]
PACKAGES = ["jax", "numpy", "torch"]
BANDS = {"torch": (-0.02, 0.02), "torch, 1 thread": (-0.02, 0.02)}  # relative to dlbook's


def start():
    """Return the samples of the ring, the initial parameters and the key of the run."""
    x, _ = data.ring_of_gaussians(jr.key(0), SAMPLES)
    sizes = dict(generator=(LATENT, 128, 128, 2), discriminator=(2, 128, 128, 1))
    return x, gan.init(jr.key(1), **sizes), jr.key(2)


@partial(jax.jit, static_argnums=(1, 2))
def draws(key, rounds, steps):
    """Rows of the batch and noise of every step, in each round `steps` times and once, as `train.alternate` draws."""

    def of_step(key, ways):
        key_rows, key_loss = jr.split(key)
        rows = jr.randint(key_rows, (BATCH,), 0, SAMPLES)
        return rows, jr.normal(jr.split(key_loss, ways)[0], (BATCH, LATENT))

    def of_round(number):
        key_first, key_second = jr.split(jr.fold_in(key, number))
        first = jax.lax.map(lambda step: of_step(jr.fold_in(key_first, step), 3), jnp.arange(steps))
        return first, of_step(key_second, 2)

    return jax.lax.map(of_round, jnp.arange(rounds))


def with_dlbook(task):
    """The package's own loop: the whole run is one compiled call."""
    x, players, key = start()
    game, told = gan.game("non-saturating", latent=LATENT), dict(key=key, batch_size=BATCH, **task)

    def run():
        match = jax.block_until_ready(train.alternate(game, players, x, **told))
        return float(match.loss[-10:].mean())

    return run


def with_torch(task, threads=None):
    """PyTorch, eager, the usual loop, on as many threads as it chooses or on `threads`.

    Rows and noise are drawn before the time is taken, which dlbook's are not.
    """
    import torch

    torch.set_num_threads(threads or torch.get_num_threads())
    x, players, key = start()
    tensor = lambda a: torch.from_numpy(np.array(a))
    drawn = jax.tree.map(tensor, draws(key, task["rounds"], task["steps"]))
    x, softplus = tensor(x), torch.nn.functional.softplus

    def run():
        judge, maker = map(mlp.torch_network, players)
        first, second = (torch.optim.Adam(net.parameters(), lr=task["learning_rate"]) for net in (judge, maker))
        (rows, noise), (_, last) = drawn
        losses = []
        for number in range(task["rounds"]):
            for step in range(task["steps"]):
                with torch.no_grad():
                    fake = maker(noise[number, step])
                judged = softplus(-judge(x[rows[number, step]])).mean() + softplus(judge(fake)).mean()
                first.zero_grad()
                judged.backward()
                first.step()
            cheated = softplus(-judge(maker(last[number]))).mean()
            second.zero_grad()
            cheated.backward(inputs=list(maker.parameters()))
            second.step()
            losses.append((judged.detach() + cheated.detach()) / 2)
        return float(sum(losses[-10:]) / 10)

    return run


CONTENDERS = {
    "dlbook": with_dlbook,
    "torch": with_torch,
    "torch, 1 thread": lambda task: with_torch(task, threads=1),
}


same_quality = partial(race.same_quality, "gan", bands=BANDS)
