"""Random shapes, strides and paddings: the compiled program agrees with an independent reference."""

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax

from tests.live.machine import difference, largest_difference, run

few = settings(max_examples=12, deadline=None, derandomize=True)
sizes = st.integers(1, 9)


def filled(*shape) -> np.ndarray:
    """Return numbers without a pattern, the same for the same shape."""
    return (0.5 + np.sin(np.arange(np.prod(shape)) * 1.7 + len(shape))).astype(np.float32).reshape(shape)


@few
@given(st.lists(sizes, min_size=1, max_size=4).flatmap(lambda s: st.tuples(st.just(s), st.permutations(range(len(s))))))
def test_transposes_and_reductions(case):
    shape, axes = case
    x = filled(*shape)
    kept, folded = axes[: len(axes) // 2], tuple(axes[len(axes) // 2 :])
    results = run(
        lambda x: (x.transpose(axes) + 1, (x * 2).transpose(axes).sum(0), x.max(folded), x.sum(tuple(kept))), x
    )
    expected = x.transpose(axes) + 1, (x * 2).transpose(axes).sum(0), x.max(folded), x.sum(tuple(kept))
    assert max(map(difference, results, expected)) < 1e-5


@few
@given(st.lists(st.sampled_from([1, 2, 3, 4, 5]), min_size=3, max_size=4), st.randoms(use_true_random=False))
def test_reshapes(shape, random):
    """Split and merge axes, before and after a transpose."""
    x, count = filled(*shape), int(np.prod(shape))
    divisor = random.choice([d for d in range(1, count + 1) if count % d == 0])
    axes = random.sample(range(len(shape)), len(shape))

    def program(x):
        return (
            x.reshape(divisor, -1) * 2,
            x.transpose(axes).reshape(-1, divisor),
            (x + 1).transpose(axes).reshape(count),
        )

    assert max(map(difference, run(program, x), program(x))) < 1e-5


@few
@given(sizes, sizes, sizes, st.integers(1, 3), st.booleans(), st.booleans())
def test_batched_products(m, k, n, batch, transpose_left, transpose_right):
    a, b = (
        filled(batch, *((k, m) if transpose_left else (m, k))),
        filled(batch, *((n, k) if transpose_right else (k, n))),
    )
    formula = f"b{'km' if transpose_left else 'mk'},b{'nk' if transpose_right else 'kn'}->bmn"
    (result,) = run(lambda a, b: jnp.einsum(formula, a, b), a, b)
    assert difference(result, np.einsum(formula, a.astype(float), b).astype(np.float32)) < 1e-5


@few
@given(
    st.lists(
        st.tuples(sizes, st.integers(-3, 4), st.integers(-3, 4), st.integers(0, 2)), min_size=1, max_size=3
    ).filter(lambda axes: all(n + low + high + (n - 1) * interior >= 0 for n, low, high, interior in axes))
)
def test_pads(axes):
    x, config = filled(*(n for n, *_ in axes)), [tuple(axis[1:]) for axis in axes]
    (result,) = run(lambda x: lax.pad(x + 1, 7.0, config), x)
    assert np.array_equal(result, padded(x + 1, config, 7.0))


def padded(x, config, filler):
    """Pad one axis after the other: spread out, then extend or cut both ends."""
    for axis, (low, high, interior) in enumerate(config):
        x = np.moveaxis(x, axis, 0)
        spread = np.full((len(x) + (len(x) - 1) * interior, *x.shape[1:]), filler, x.dtype)
        spread[:: interior + 1] = x
        wide = np.full((max(low, 0) + len(spread) + max(high, 0), *x.shape[1:]), filler, x.dtype)
        wide[max(low, 0) : max(low, 0) + len(spread)] = spread
        x = np.moveaxis(wide[max(-low, 0) : len(wide) - max(-high, 0)], 0, axis)
    return x


def convolved(x, kernel, strides, padding, spread, reach):
    """Sum over kernel taps in float64: x [n, h, w, c], kernel [i, j, c, f]; input and kernel may be spread out."""
    x = padded(
        x.astype(float), [(0, 0, 0), *((*p, s - 1) for p, s in zip(padding, spread, strict=True)), (0, 0, 0)], 0.0
    )
    rows, columns = (
        (n - (k - 1) * r - 1) // s + 1 for n, k, s, r in zip(x.shape[1:3], kernel.shape, strides, reach, strict=False)
    )
    total = 0
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            part = x[:, i * reach[0] :: strides[0], j * reach[1] :: strides[1]][:, :rows, :columns]
            total = total + part @ kernel[i, j].astype(float)
    return total.astype(np.float32)


pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
paddings = st.tuples(*[st.tuples(st.integers(-1, 2), st.integers(-1, 2))] * 2)


@settings(few, max_examples=20)
@given(pairs, paddings, pairs, pairs, pairs, st.tuples(st.integers(4, 7), st.integers(4, 7)), st.integers(1, 5))
def test_convolutions(strides, padding, spread, reach, taps, image, features):
    x, kernel = filled(2, *image, 3), filled(*taps, 3, features)
    if any(
        (n - 1) * s + 1 + sum(p) < (k - 1) * r + 1
        for n, s, p, k, r in zip(image, spread, padding, taps, reach, strict=True)
    ):
        return  # the kernel does not fit

    def program(x, kernel):
        return lax.conv_general_dilated(
            x, kernel, strides, padding, spread, reach, dimension_numbers=("NHWC", "HWIO", "NHWC")
        )

    (result,) = run(program, x, kernel)
    assert difference(result, convolved(x, kernel, strides, padding, spread, reach)) < 1e-5


@few
@given(pairs, st.tuples(*[st.tuples(st.integers(0, 1), st.integers(0, 1))] * 2), pairs, pairs)
def test_gradients_of_convolutions(strides, padding, taps, image):
    """JAX's own gradient is only traced, never run: XLA can abort on some of its shapes."""
    image = tuple(n + 3 for n in image)
    x, kernel = filled(2, *image, 3), filled(*taps, 3, 4)

    def loss(x, kernel):
        y = lax.conv_general_dilated(x, kernel, strides, padding, dimension_numbers=("NHWC", "HWIO", "NHWC"))
        return jnp.sum(y * y)

    results = run(jax.grad(loss, argnums=(0, 1)), x, kernel)
    assert max(map(difference, results, gradients(x, kernel, strides, padding))) < 1e-5


def gradients(x, kernel, strides, padding):
    """Gradients of the sum of squares of a convolution, tap by tap."""
    dy = 2 * convolved(x, kernel, strides, padding, (1, 1), (1, 1)).astype(float)
    wide = padded(x.astype(float), [(0, 0, 0), *((*p, 0) for p in padding), (0, 0, 0)], 0.0)
    dwide, dkernel = np.zeros_like(wide), np.zeros(kernel.shape)
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            down, across = (slice(k, k + s * n, s) for k, s, n in zip((i, j), strides, dy.shape[1:3], strict=True))
            dkernel[i, j] = np.einsum("nuvc,nuvf->cf", wide[:, down, across], dy)
            dwide[:, down, across] += dy @ kernel[i, j].T.astype(float)
    (top, _), (left, _) = padding
    dx = dwide[:, top : top + x.shape[1], left : left + x.shape[2]]
    return dx.astype(np.float32), dkernel.astype(np.float32)


@few
@given(st.integers(4, 8), st.integers(4, 8), pairs, pairs, st.sampled_from(["VALID", "SAME"]))
def test_pooling_and_its_gradient(height, width, window, strides, padding):
    x = np.round(filled(2, height, width, 3) * 3)  # with ties

    def program(x):
        window_, strides_ = (1, *window, 1), (1, *strides, 1)
        largest = lax.reduce_window(x, -jnp.inf, lax.max, window_, strides_, padding)
        return jnp.sum(jnp.cos(largest)) + jnp.sum(lax.reduce_window(x, 0.0, lax.add, window_, strides_, padding) ** 2)

    assert largest_difference(jax.value_and_grad(program), x) < 1e-5


@few
@given(st.integers(1, 40), st.integers(1, 3), st.integers(1, 6))
def test_sorts_are_stable(n, rows, levels):
    x = np.floor(filled(rows, n) * levels)
    order = run(lambda x: jnp.argsort(x, axis=1), x)[0]
    assert np.array_equal(order, np.argsort(x, axis=1, kind="stable"))


@few
@given(st.lists(st.integers(-12, 12), min_size=1, max_size=6), st.integers(1, 6), st.sampled_from(["clip", "fill"]))
def test_gathers_and_scatters(rows, n, mode):
    x, rows = filled(n, 3), np.array(rows, np.int32)
    updates = filled(len(rows), 3)

    def program(x, rows, updates):
        drop = "clip" if mode == "clip" else "drop"
        return (
            jnp.take(x, rows, axis=0, mode=mode),
            x.at[rows].add(updates, mode=drop),
            x.at[rows, 1].set(2.0, mode=drop),
        )

    assert largest_difference(program, x, rows, updates) < 1e-5


@few
@given(st.integers(1, 70), st.integers(0, 2**31 - 1))
def test_random_bits_are_equal(n, seed):
    assert largest_difference(lambda s: jax.random.bits(jax.random.fold_in(jax.random.key(s), n), (n,)), seed) == 0
