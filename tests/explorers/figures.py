"""Explorers that the tests share: small kernels whose answers are known."""

import jax
import jax.numpy as jnp
import numpy as np

from dlbook.explorers import Bars, Choice, Curve, Explorer, Images, Plane, Range, Scatter

POINTS = np.array([[-0.5, -0.5], [0.5, 0.5], [0.4, -0.2]], "float32")
LABELS = np.array([0, 1, 2])


def descend(learning_rate, surface):
    """Descend one of two bowls from (1, 1); a large rate overflows."""
    stretch = jnp.where(surface == 0, jnp.array([1.0, 1.0]), jnp.array([1.0, 4.0]))
    step = lambda place, _: (place - learning_rate * stretch * place, place)  # noqa: E731
    _, path = jax.lax.scan(step, jnp.ones(2), None, length=9)
    x, y = jnp.meshgrid(jnp.linspace(-1, 1, 12), jnp.linspace(-1, 1, 10))
    field = stretch[0] * x**2 + stretch[1] * y**2 + 0 * learning_rate
    return dict(path=path, loss=(path**2 @ stretch) / 2, field=field)


def descent(**changes) -> Explorer:
    """Return an explorer with frames, a path and a curve on a logarithmic axis."""
    arguments = dict(
        controls=dict(
            learning_rate=Range(0.01, 10, steps=13, log=True, start=0.3, label="learning rate", unit="per step"),
            surface=Choice(["round", "valley"], start="valley"),
        ),
        views=[
            Plane(
                "field",
                extent=(-1, 1, -1, 1),
                limits=(0, 5),
                colours="sequential",
                path="path",
                points=(POINTS, LABELS),
            ),
            Curve("loss", xlabel="step", ylabel="loss", log="y", ylim=(1e-4, 1e4)),
        ],
        title="Descent",
        describe=lambda settings, record: (
            f"On the {settings['surface']} surface with rate {settings['learning_rate']:g} "
            f"the last loss is {record['loss'][-1]:.3g}."
        ),
        frames="step",
    )
    return Explorer(descend, **(arguments | changes))


def soften(a, temperature, mirrored):
    """Return a softmax, samples, images and two curves."""
    a = jnp.where(mirrored, -a, a)
    x = jnp.linspace(-1, 1, 7)
    return dict(
        probability=jax.nn.softmax(jnp.array([1.0, 2.0, 0.0]) * a / temperature),
        samples=jnp.stack([x * temperature, a * x], 1),
        images=jnp.arange(24.0).reshape(6, 2, 2) * a / 24,
        mean=jnp.arange(6.0) * a,
        power=x * a,
        root=jnp.sqrt(x * temperature),
    )


def softmax(**changes) -> Explorer:
    """Return an explorer without frames that shows every other view; `root` has numbers that are not finite."""
    arguments = dict(
        controls=dict(
            a=Range(-2, 2, steps=5, start=1),
            temperature=Choice([0.5, 1.0, 4.0], unit="K"),
            mirrored=Choice([False, True]),
        ),
        views=[
            Bars("probability", ["cat", "dog", "owl"], ylim=(0, 1)),
            Scatter("samples", labels=np.arange(7) % 2, names=["even", "odd"], extent=(-4, 4, -2, 2)),
            Images("images", limits=(-2, 2), captions="mean"),
            Curve(["power", "root"], x=(-1, 1), points=("power", "root")),
        ],
        title="Softmax & <friends>",
        describe=lambda settings, record: f"The largest probability is {record['probability'].max():.2f}.",
    )
    return Explorer(soften, **(arguments | changes))
