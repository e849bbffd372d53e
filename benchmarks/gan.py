"""A GAN of two networks 2-128-128 on the ring of 8 Gaussians: the same data, start, noise and batches for all."""

from functools import partial

import jax
import jax.numpy as jnp
import jax.random as jr

from benchmarks import mlp, peers, race
from dlbook import data, train
from dlbook.models import gan

LATENT, BATCH, SAMPLES = 2, 256, 8192
TASKS = [{"rounds": 400, "steps": 1, "learning_rate": 1e-3}]
PACKAGES = ["jax", "numpy", "torch"]
BANDS = dict.fromkeys(["torch", "torch, 1 thread", "torch, compiled"], (-0.02, 0.02))  # relative to dlbook's


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


def with_torch(task, threads=None, compiled=False):
    """PyTorch's usual loop, eager or compiled.

    Rows and noise are drawn before the time is taken, which dlbook's are not.
    """
    torch = peers.threads(threads)
    x, players, key = start()
    (rows, noise), (_, last) = peers.tensors(draws(key, task["rounds"], task["steps"]))
    x, softplus = peers.tensors(x), torch.nn.functional.softplus
    judge, maker = both = torch.nn.ModuleList(map(mlp.torch_network, players))
    optimizers = [torch.optim.Adam(net.parameters(), lr=task["learning_rate"]) for net in both]
    restart = peers.torch_restart(both, *optimizers)

    def judged(real, noise):
        with torch.no_grad():
            fake = maker(noise)
        return softplus(-judge(real)).mean() + softplus(judge(fake)).mean()

    def cheated(noise):
        return softplus(-judge(maker(noise))).mean()

    first = peers.torch_update(judged, optimizers[0], compiled)
    second = peers.torch_update(cheated, optimizers[1], compiled, inputs=list(maker.parameters()))

    def run():
        restart()
        losses = []
        for number in range(task["rounds"]):
            for step in range(task["steps"]):
                value = first(x[rows[number, step]], noise[number, step])
            losses.append((value + second(last[number])) / 2)
        return float(sum(losses[-10:]) / 10)

    return run


CONTENDERS = {
    "dlbook": with_dlbook,
    "torch": with_torch,
    "torch, 1 thread": partial(with_torch, threads=1),
    "torch, compiled": partial(with_torch, compiled=True),
}


same_quality = partial(race.same_quality, "gan", bands=BANDS)
