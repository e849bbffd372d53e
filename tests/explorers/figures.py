"""Explorers that the tests share: small kernels whose answers are known."""

import jax
import jax.numpy as jnp
import numpy as np

from dlbook.explorers import (
    Bars,
    Choice,
    Curve,
    Drawing,
    Explorer,
    Images,
    Matrix,
    Plane,
    Points,
    Range,
    Scatter,
    Seed,
    Steps,
)

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


GATE = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32"), np.array([0, 1, 1, 0])


def gate_output(params, x):
    """Return what a 2-4-1 network says of `x[n, 2]`."""
    return jax.nn.sigmoid(jnp.tanh(x @ params["w"] + params["b"]) @ params["v"])


def gate_loss(params):
    return jnp.mean((gate_output(params, GATE[0]) - GATE[1]) ** 2)


def begin(seed, scale):
    key_w, key_v = jax.random.split(jax.random.key(seed))
    w, v = jax.random.normal(key_w, (2, 4)), jax.random.normal(key_v, (4,))
    return dict(w=scale * w, b=jnp.zeros(4), v=scale * v)


def learn(params, learning_rate, flat):
    grads = jax.grad(gate_loss)(params)
    change = lambda p, g: p - learning_rate * jnp.where(flat, jnp.sign(g), g)  # noqa: E731
    return jax.tree.map(change, params, grads)


def look(params):
    x, y = jnp.meshgrid(jnp.linspace(-0.5, 1.5, 9), jnp.linspace(-0.5, 1.5, 9))
    field = gate_output(params, jnp.stack([x.ravel(), y.ravel()], 1)).reshape(9, 9)
    right = jnp.sum((gate_output(params, GATE[0]) > 0.5) == (GATE[1] > 0))
    return dict(field=field, loss=gate_loss(params), w=params["w"], right=right, solved=right == 4)


def gate(**changes) -> Explorer:
    """Return a live explorer that trains in steps."""
    arguments = dict(
        kernel=Steps(begin, learn, look, count=12, each=25),
        controls=dict(
            learning_rate=Range(0.1, 1000, steps=81, log=True, start=1, label="learning rate"),
            scale=Range(0.1, 3.0, steps=30, start=1.0),
            flat=Choice([False, True], label="sign only"),
            seed=Seed(3),
        ),
        views=[
            Plane("field", extent=(-0.5, 1.5, -0.5, 1.5), limits=(0, 1), points=GATE),
            Curve("loss", x=np.arange(0, 301, 25), xlabel="step", ylim=(0, 0.5)),
            Matrix("w", rows=["x", "y"], limits=(-3, 3)),
        ],
        title="Gate",
        describe="With rate {learning_rate}, {right:d} of 4 right at a loss of {loss:.3f}; {solved:not solved|solved}.",
        frames="step",
    )
    return Explorer(**(arguments | changes))


def shake(a, noise, kind):
    """Return a wave, at five seeds, with a band; `kind` 1 takes a logarithm of what may be negative."""
    x = jnp.linspace(-3, 3, 51)
    waves = jnp.stack([jnp.sin(a * x + noise * jax.random.normal(jax.random.key(k))) for k in range(5)])
    waves = jnp.where(kind == 1, jnp.log(waves), waves)
    return dict(mean=waves.mean(0), low=waves.min(0), high=waves.max(0), top=waves.max(), at=jnp.argmax(waves[0]))


def wave(**changes) -> Explorer:
    """Return a live explorer of one call."""
    arguments = dict(
        kernel=shake,
        controls=dict(a=Range(0.0, 5.0, steps=101, start=1), noise=Range(0.0, 2.0), kind=Choice(["plain", "log"])),
        views=[Curve("mean", x=(-3, 3), bands=[("low", "high")])],
        title="Wave",
        describe="At a = {a} the {kind} wave reaches {top:+.3f} at place {at}; {mean[0]:.1e} at the left.",
    )
    return Explorer(**(arguments | changes))


def divergence() -> Explorer:
    """Return a live explorer that descends on a parabola, at first with far too long steps."""
    return Explorer(
        Steps(lambda x: x, lambda x, rate: x - rate * 2 * x, lambda x: {"x": x}, count=30, each=5),
        controls=dict(x=Range(1.0, 2.0), rate=Range(0.5, 10.0, start=10.0)),
        views=[Curve("x")],
        title="Diverge",
        describe="x is {x:.2g}.",
    )


def count_points(mine, picture):
    """Return the reader's points as they came, their number, and the ink of a drawing."""
    used = mine[:, 3] > 0
    return dict(
        field=jnp.zeros((5, 5)) + picture.mean(),
        points=jnp.where(used[:, None], mine[:, :2], 9.0),
        labels=mine[:, 2],
        number=used.sum(),
        ink=picture.sum(),
        corner=picture[0, 1],
    )


def own_data(**changes) -> Explorer:
    """Return a live explorer of the reader's own data."""
    start = np.zeros((4, 3))
    start[1, 1] = 1
    arguments = dict(
        kernel=count_points,
        controls=dict(
            mine=Points((-1, 1, -1, 1), classes=("blue", "orange"), capacity=3, label="my points"),
            picture=Drawing(start, label="my picture"),
        ),
        views=[Plane("field", extent=(-1, 1, -1, 1), limits=(0, 1), points=("points", "labels"))],
        title="Own data",
        describe="{mine}: {number}; {picture}: ink {ink:.2f}, at the top {corner:.2f}.",
    )
    return Explorer(**(arguments | changes))
