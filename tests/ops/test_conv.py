import subprocess
import sys
from functools import partial

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.ops import conv
from dlbook.ops.conv import (
    conv2d,
    conv2d_backward,
    conv2d_by_library,
    conv2d_by_library_backward,
    conv2d_by_taps,
    conv2d_by_taps_backward,
)
from dlbook.ops.conv_transpose import conv2d_transpose
from dlbook.ops.geometry import axes
from tests.gradients import check_backward
from tests.ops.geometries import GEOMETRIES, QUICK, name

FORMS = [conv2d, conv2d_by_taps, conv2d_by_library]
BACKWARD = [conv2d_backward, conv2d_by_taps_backward, conv2d_by_library_backward]
CASES = pytest.mark.parametrize("image, size, geometry", GEOMETRIES, ids=name)


def arrays(image, size, n=2, c=3, f=4):
    keys = jr.split(jr.key(0), 3)
    shapes = [(n, *image, c), (*size, c, f), (f,)]
    return [np.asarray(jr.normal(key, shape)) for key, shape in zip(keys, shapes, strict=True)]


def by_loops(x, kernel, bias, image, size, geometry):
    """ONNX's Conv as its formula reads: every output, every tap, in 64 bits."""
    (down, across), pad = axes("loops", image, size, **geometry), lambda a: (a.low, a.high)
    x = np.pad(x.astype(float), [(0, 0), pad(down), pad(across), (0, 0)])
    y = np.zeros((len(x), down.count, across.count, kernel.shape[3]))
    for u in range(down.count):
        for v in range(across.count):
            for i in range(size[0]):
                for j in range(size[1]):
                    pixel = x[:, u * down.stride + i * down.dilation, v * across.stride + j * across.dilation]
                    y[:, u, v] += pixel @ kernel[i, j].astype(float)
    return y + bias


def signal_by_loops(dy, x, kernel, image, size, geometry):
    """The gradients as the chain rule reads: every output adds to all that it was made of."""
    (down, across), pad = axes("loops", image, size, **geometry), lambda a: (a.low, a.high)
    x = np.pad(x, [(0, 0), pad(down), pad(across), (0, 0)])
    dx, dkernel = np.zeros_like(x), np.zeros_like(kernel)
    for u, v, i, j in np.ndindex(down.count, across.count, *size):
        pixel = (slice(None), u * down.stride + i * down.dilation, v * across.stride + j * across.dilation)
        dx[pixel] += dy[:, u, v] @ kernel[i, j].T
        dkernel[i, j] += x[pixel].T @ dy[:, u, v]
    return dx[:, down.low : down.low + image[0], across.low : across.low + image[1]], dkernel, dy.sum((0, 1, 2))


@CASES
def test_all_forms_are_the_sums_forward_and_backward(image, size, geometry):
    """In 64 bits, one compilation a case; the library's form too holds to 1e-10 for every geometry offered."""
    with jax.enable_x64(True):
        x, kernel, bias = (a.astype(float) for a in arrays(image, size))
        wanted = by_loops(x, kernel, bias, image, size, geometry)
        dy = np.cos(np.arange(wanted.size)).reshape(wanted.shape)
        gradients = signal_by_loops(dy, x, kernel, image, size, geometry)
        transposed = {**geometry, "padding": tuple((a.low, a.high) for a in axes("test", image, size, **geometry))}
        lost = sizes_lost(image, size, geometry)
        if lost is not None:
            transposed["output_padding"] = lost

        @partial(jax.jit, compiler_options=QUICK)
        def everything(dy, x, kernel, bias):
            outputs = [form(x, kernel, bias, **geometry) for form in FORMS]
            backward = [form(dy, x, kernel, bias, **geometry) for form in BACKWARD]
            back = [] if lost is None else conv2d_transpose(dy, kernel, jnp.zeros(kernel.shape[2]), **transposed)
            return outputs, backward, back

        outputs, backward, back = everything(dy, x, kernel, bias)
        close = lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)
        for y in outputs:
            close(y, wanted)
        for grads in backward:
            for ours, sums in zip(grads, gradients, strict=True):
                close(ours, sums)
        if lost is not None:  # the transpose is the convolution's way back
            close(back, gradients[0])


def sizes_lost(image, size, geometry):
    """Pixels at the end that no window reads, or None where `output_padding` cannot make up for them."""
    along = axes("test", image, size, **geometry)
    lost = {(a.size + a.low + a.high - a.span) % a.stride for a in along}
    return lost.pop() if len(lost) == 1 and max(lost) < min(a.stride for a in along) else None


@pytest.mark.parametrize("image, size, geometry", GEOMETRIES[5::6], ids=name)
def test_backward_is_the_gradient(image, size, geometry):
    check_backward(conv2d, conv2d_backward, (2, *image, 2), (*size, 2, 3), (3,), **geometry)


WITH_THE_LIBRARYS_GRADIENT = """
import jax, jax.numpy as jnp, jax.random as jr, numpy as np
from dlbook.ops.conv import conv2d_by_library, conv2d_backward
for image, size, geometry in [
    ((7, 8), (3, 3), dict(stride=2, padding=1)), ((9, 8), (3, 2), dict(dilation=2))
]:
    x, kernel, dy_key = jr.normal(jr.key(0), (2, *image, 3)), jr.normal(jr.key(1), (*size, 3, 4)), jr.key(2)
    y, vjp = jax.vjp(lambda *a: conv2d_by_library(*a, **geometry), x, kernel, jnp.zeros(4))
    dy = jr.normal(dy_key, y.shape)
    for a, b in zip(conv2d_backward(dy, x, kernel, jnp.zeros(4), **geometry), vjp(dy)):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)
print("equal")
"""


def test_backward_is_the_librarys_own_gradient_where_that_does_not_abort():
    """In a process of its own, which XLA may take down."""
    done = subprocess.run(
        [sys.executable, "-c", WITH_THE_LIBRARYS_GRADIENT], capture_output=True, text=True, check=False
    )
    assert done.stdout == "equal\n", done.stderr


IMAGE = jnp.array(
    [
        [3, 0, 1, 2, 7, 4],
        [1, 5, 8, 9, 3, 1],
        [2, 7, 2, 5, 1, 3],
        [0, 1, 3, 1, 7, 8],
        [4, 2, 1, 6, 2, 8],
        [2, 4, 5, 2, 3, 9],
    ],
    "float32",
)
EDGE = jnp.array([[1.0, 0, -1]] * 3)[:, :, None, None]


def test_vertical_edges_of_the_six_by_six_image():
    y = conv2d(IMAGE[None, :, :, None], EDGE, jnp.zeros(1))[0, :, :, 0]
    np.testing.assert_array_equal(y, [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]])


def test_convolution_proper_is_correlation_with_the_kernel_turned():
    from scipy.signal import convolve2d

    y = conv2d(IMAGE[None, :, :, None], EDGE[::-1, ::-1], jnp.zeros(1))[0, :, :, 0]
    np.testing.assert_array_equal(y, convolve2d(IMAGE, EDGE[:, :, 0, 0], "valid"))


def test_with_a_stride_the_signal_goes_back_between_zeros_not_repeated():
    dx, _, _ = conv2d_backward(
        jnp.array([3.0, 5]).reshape(1, 1, 2, 1), jnp.zeros((1, 1, 4, 1)), jnp.ones((1, 1, 1, 1)), jnp.zeros(1), stride=2
    )
    np.testing.assert_array_equal(dx[0, 0, :, 0], [3, 0, 5, 0])


def test_no_form_uses_the_librarys_gradient_of_a_convolution():
    """The backward passes hold no convolution with a dilated input, nor one with negative padding."""
    x, kernel, bias = arrays((7, 8), (3, 3))
    settings = dict(stride=2, padding=4, dilation=2)
    dy = conv2d(x, kernel, bias, **settings)
    program = str(jax.make_jaxpr(lambda *a: conv2d_by_library_backward(*a, **settings))(dy, x, kernel, bias))
    assert program.count("conv_general_dilated") == 2 and program.count("lhs_dilation=(1, 1)") == 2
    assert "conv_general_dilated" not in str(
        jax.make_jaxpr(lambda *a: conv2d_backward(*a, **settings))(dy, x, kernel, bias)
    )


@pytest.mark.parametrize("backward", BACKWARD)
def test_the_backward_pass_names_bad_input_too(backward, as_reader):
    x, kernel, bias = arrays((6, 6), (3, 3))
    with pytest.raises(ValueError, match="x has 3 channels but kernel has 2"):
        backward(jnp.ones((2, 4, 4, 4)), x, kernel[:, :, :2], bias)
    with pytest.raises(ValueError, match="kernel has 4 features but bias has 5"):
        backward(jnp.ones((2, 4, 4, 4)), x, kernel, jnp.zeros(5))


def test_images_of_whole_numbers_are_taken_both_ways(as_reader):
    x, kernel, bias = arrays((6, 6), (3, 3))
    whole = np.round(9 * x).astype("int32")
    dy = conv2d(whole, kernel, bias)
    ours, theirs = (conv2d_backward(dy, image, kernel, bias) for image in (whole, whole.astype("float32")))
    jax.tree.map(partial(np.testing.assert_allclose, rtol=1e-5, atol=1e-4), ours, theirs)
    maps = np.round(9 * dy).astype("int32")
    paint = partial(conv2d_transpose, kernel=kernel, bias=np.zeros(3, "float32"))
    np.testing.assert_allclose(paint(maps), paint(maps.astype("float32")), rtol=1e-5, atol=1e-3)


def test_the_same_call_is_compiled_once():
    x, kernel, bias = arrays((6, 7), (3, 3))
    before = conv2d._cache_size()
    for _ in range(3):
        conv2d(x, kernel, bias, stride=2, padding=((1, 2), (0, 1)))
    assert conv2d._cache_size() == before + 1


X = jnp.zeros((1, 4, 4, 2))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
@pytest.mark.parametrize(
    "kernel, bias, settings, message",
    [
        ((3, 3, 1, 1), 1, {}, "x has 2 channels but kernel has 1"),
        ((3, 3, 2, 5), 1, {}, "kernel has 5 features but bias has 1"),
        ((3, 3, 2, 1), 1, {"dilation": 2}, "a window of 5x5 pixels does not fit in an image of 4x4"),
        ((3, 3, 2, 1), 1, {"stride": 0}, "stride must be a whole number above 0, or two of them, got 0"),
        ((3, 3, 2, 1), 1, {"padding": -1}, "padding must be a whole number from 0"),
        ((3, 3, 2, 1), 1, {"padding": "reflect"}, "padding must be one of 'valid', 'same', got 'reflect'"),
    ],
)
def test_bad_input_is_named(form, kernel, bias, settings, message, as_reader):
    with pytest.raises(ValueError, match=f"{form.__name__}: {message}"):
        form(X, jnp.zeros(kernel), jnp.zeros(bias), **settings)


@pytest.mark.parametrize("setting", ["groups", "lhs_dilation", "auto_pad", "padding_mode"])
def test_what_is_not_offered_is_refused_by_name(setting):
    for form in FORMS:
        with pytest.raises(TypeError, match=setting):
            form(X, jnp.zeros((3, 3, 2, 1)), jnp.zeros(1), **{setting: 1})


def test_the_parameters_go_in_as_they_are():
    layer = conv.Conv(jnp.ones((2, 2, 2, 1)), jnp.ones(1))
    assert conv2d(jnp.ones((1, 2, 2, 2)), *layer).item() == 9
