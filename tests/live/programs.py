"""The coverage suite: small programs that together use every primitive in every form that the book meets.

`PROGRAMS` maps a name to a function and its arguments.  `GRADIENTS` has most of them with
a scalar loss on top, together with the gradients by all float arguments.
"""

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jax import lax, nn
from scipy.special import ndtri

PROGRAMS, GRADIENTS = {}, {}


def normal(*shape):
    """Return numbers that are spread like a normal distribution, the same for the same shape."""
    steps = np.arange(1, np.prod(shape) + 1) * 0.6180339887498949 + 0.1 * len(shape)
    return ndtri(steps % 1).astype(np.float32).reshape(shape)


def add(name, function, *arguments, grad=True):
    assert name not in PROGRAMS
    PROGRAMS[name] = function, arguments
    if grad:
        wanted = tuple(n for n, a in enumerate(arguments) if jnp.result_type(a) == jnp.float32)

        def loss(*arguments):
            results = function(*arguments)
            return sum(jnp.sum(jnp.cos(0.1 * leaf)) for leaf in jax.tree.leaves(results)), results

        GRADIENTS[name] = jax.grad(loss, argnums=wanted, has_aux=True), arguments


def each(functions, *arguments, grad=True, prefix=""):
    for name, function in functions.items():
        add(prefix + name, function, *arguments, grad=grad)


X = normal(37)
IMAGES = normal(2, 8, 8, 3)
WIDE = normal(5, 9)

# Elementwise

each(
    {
        name: getattr(nn, name)
        for name in (
            "relu gelu silu elu softplus sigmoid log_sigmoid leaky_relu relu6 selu mish hard_tanh soft_sign celu "
            "hard_sigmoid squareplus"
        ).split()
    },
    X,
)
each(
    {
        name: getattr(jnp, name)
        for name in "sin cos tan tanh exp expm1 exp2 square abs arctan sinh cosh arcsinh negative reciprocal".split()
    },
    X,
)
each(
    {name: getattr(jnp, name) for name in "sqrt log log1p log2 log10 cbrt".split()}
    | {"rsqrt": lax.rsqrt, "arccosh": lambda x: jnp.arccosh(x + 1)},
    np.abs(X) + 0.1,
)
each(
    {name: getattr(jnp, name) for name in "floor ceil round sign trunc isfinite isnan signbit".split()},
    3 * X,
    grad=False,
)
each(
    {"round_away": lambda x: lax.round(x, lax.RoundingMethod.AWAY_FROM_ZERO)},
    np.arange(-3.5, 4, 0.5, np.float32),
    grad=False,
)
each(
    {name: getattr(jnp, name) for name in "arcsin arccos arctanh".split()}
    | {name: getattr(jax.scipy.special, name) for name in "erf erfc erfinv".split()},
    np.tanh(X),
)
each(
    {
        "add": lax.add,
        "subtract": lax.sub,
        "multiply": lax.mul,
        "divide": lax.div,
        "maximum": jnp.maximum,
        "minimum": jnp.minimum,
        "arctan2": jnp.arctan2,
        "hypot": jnp.hypot,
        "logaddexp": jnp.logaddexp,
        "fmod": jnp.fmod,
        "mod": jnp.mod,
    },
    normal(19),
    normal(19)[::-1] + 0.01,
)
add("power", lambda x, y: jnp.power(jnp.abs(x) + 0.2, y), normal(19), 2 * normal(19)[::-1])
add(
    "power_negative_base",
    lambda x: x ** jnp.array([2.0, 3.0, -1.0, 0.0, 0.5]),
    jnp.array([-2.0, -3.0, -0.5, -1.0, -2.0]),
    grad=False,
)
for exponent in (0, 1, 2, 3, 5, -1, -3):
    add(f"integer_power {exponent}", lambda x, y=exponent: lax.integer_pow(x, y), np.sign(X) * (np.abs(X) + 0.3))
add("adam_power", lambda t: 1 - 0.999**t, np.arange(1, 30, dtype=np.float32), grad=False)
add("adam_power_of_a_whole_number", lambda t: 1 - 0.999**t, np.arange(1, 30, dtype=np.int32), grad=False)
add("clip", lambda x: jnp.clip(x, -0.5, 0.5), X)
add("clamp_arrays", lambda x, a: lax.clamp(a - 0.3, x, a + 0.3), X, X[::-1])
add("where", lambda a, b: jnp.where(a > 0, a, b), normal(9), normal(9)[::-1])
add("select_three", lambda i, a: lax.select_n(i, a, 2 * a, 3 * a), np.arange(9, dtype=np.int32) % 3, normal(9))
add("nan_to_num", jnp.nan_to_num, jnp.array([1.0, jnp.nan, jnp.inf, -jnp.inf, 0.0]), grad=False)
add("nextafter", jnp.nextafter, normal(9), normal(9)[::-1], grad=False)
add(
    "comparisons",
    lambda a, b: (a < b, a <= b, a > b, a >= b, a == b, a != b),
    normal(9),
    np.sign(normal(9)),
    grad=False,
)
add(
    "casts",
    lambda a: (a.astype("int32"), a.astype("uint32"), a > 0, (a > 0).astype("float32"), a.astype(bool)),
    jnp.array([1.7, 0.0, 3e9, 2.5, 1e12, 0.4]),
    grad=False,
)
add(
    "casts_negative",
    lambda a: (a.astype("int32"), (a > 0).astype("int32"), a.astype("int32").astype("float32")),
    30 * X,
    grad=False,
)
add("bitcast", lambda a: lax.bitcast_convert_type(a, jnp.uint32) >> 9, X, grad=False)
INTEGERS = jnp.array([7, -7, 0, 123456789, -(2**31), 2**31 - 1, 5, -1], "int32")
OTHERS = jnp.array([2, 2, 0, -1000, -1, 3, -3, 0], "int32")
each(
    {
        "int_arithmetic": lambda a, b: (a + b, a - b, a * b, -a, abs(a), jnp.sign(a)),
        "int_division": lambda a, b: (lax.div(a, b), lax.rem(a, b), jnp.maximum(a, b), jnp.minimum(a, b)),
        "int_floor_division": lambda a, b: (a // jnp.where(b == 0, 1, b), a % jnp.where(b == 0, 1, b)),
        "int_logic": lambda a, b: (a & b, a | b, a ^ b, ~a),
        "int_shifts": lambda a, b: (a << (b & 31), a >> (b & 31), lax.shift_right_logical(a, b & 31), a << 3, a >> 40),
        "int_compare": lambda a, b: (a < b, a <= b, a == b, jnp.clip(a, -5, 5), a * (a > b)),
        "uint_arithmetic": lambda a, b: jax.tree.map(
            lambda f: f(a.astype("uint32"), b.astype("uint32")), (lax.add, lax.mul, lax.div, lax.rem, lax.max, lax.lt)
        ),
        "uint_to_float": lambda a, b: a.astype("uint32").astype("float32"),
        "bool_logic": lambda a, b: (
            (a > 0) & (b > 0),
            (a > 0) | (b > 0),
            (a > 0) ^ (b > 0),
            ~(a > 0),
            (a > 0) == (b > 0),
        ),
        "int_power": lambda a, b: lax.integer_pow(a, 3),
    },
    INTEGERS,
    OTHERS,
    grad=False,
)
add("uint_sort_key", lambda a: jnp.sort(a.astype("uint32")), INTEGERS, grad=False)
add("broadcast_scalar", lambda x, s: x * s + 1, normal(3, 4), jnp.float32(2.0))
add("broadcast_rows", lambda x, r, c: x * r + c, normal(3, 4), normal(4), normal(3, 1))
add("shared_subexpression", lambda x: jnp.exp(x) * jnp.exp(x) + jnp.exp(x), X)
add("long_chain", lambda x: sum(jnp.sin(x * k) for k in range(1, 25)), normal(6))
add("scalar_only", lambda a, b: jnp.tanh(a * b) + jnp.log1p(a * a), jnp.float32(0.3), jnp.float32(-1.2))
add("constant_result", lambda x: (jnp.zeros(3), jnp.arange(4), x), jnp.float32(1.0), grad=False)
add("same_result_twice", lambda x: (x + 1, x + 1, x, x), normal(5))

# Layout

each(
    {
        "reshape_split": lambda x: x.reshape(3, 2, 6),
        "reshape_merge": lambda x: x.reshape(36),
        "reshape_transposed": lambda x: x.T.reshape(4, 9),
        "reshape_fortran": lambda x: x.reshape(4, 9, order="F"),
        "reshape_permuted": lambda x: lax.reshape(x, (12, 3), (1, 0)),
        "transpose": lambda x: x.T * 2,
        "moveaxis": lambda x: jnp.moveaxis(x.reshape(2, 3, 6), 0, 2) + 1,
        "squeeze": lambda x: x[None, :, None].squeeze(),
        "slice": lambda x: x[1:5, ::3],
        "slice_negative_step": lambda x: x[::-2, 4:1:-1],
        "flip": lambda x: jnp.flip(x, 1) * x,
        "roll": lambda x: jnp.roll(x, 2, 0),
        "tile": lambda x: jnp.tile(x, (2, 3)),
        "repeat": lambda x: jnp.repeat(x, 3, axis=1),
        "concatenate": lambda x: jnp.concatenate([x, 2 * x, x[:1]]),
        "stack": lambda x: jnp.stack([x, x + 1], axis=1),
        "split": lambda x: jnp.split(x, 3, axis=1),
        "pad": lambda x: jnp.pad(x, ((1, 2), (0, 3))),
        "pad_interior": lambda x: lax.pad(x, 0.5, ((1, 2, 1), (0, 1, 2))),
        "pad_negative": lambda x: lax.pad(x * 2, 0.5, ((-1, 2, 0), (1, -2, 0))),
        "pad_all": lambda x: lax.pad(x, 0.0, ((-3, 1, 2), (2, -4, 1))),
        "pad_reflect": lambda x: jnp.pad(x, 2, mode="reflect"),
        "broadcast_to": lambda x: jnp.broadcast_to(x[:, None], (6, 4, 6)),
        "tril": jnp.tril,
        "diag": lambda x: jnp.diag(x[0]) @ x,
        "meshgrid": lambda x: jnp.meshgrid(x[0], x[:, 0]),
        "im2col": lambda x: lax.conv_general_dilated_patches(x[None, None], (3, 3), (1, 1), "VALID"),
    },
    normal(6, 6),
)
add("iota", lambda x: jnp.arange(12).reshape(3, 4) + x.astype("int32"), normal(4), grad=False)
add("linspace", lambda x: jnp.linspace(x, 3, 7), jnp.float32(-2))
add("eye", lambda x: jnp.eye(4) * x, normal(4))
add("one_hot", lambda i: nn.one_hot(i, 7), jnp.array([0, 6, 3, 9]), grad=False)

# Contractions

each({"outer": jnp.outer}, normal(5), normal(7))
for shapes, formula in {
    "matrix": ((13, 17), (17, 11)),
    "wide": ((4, 3), (3, 33)),
    "tall": ((33, 3), (3, 4)),
    "narrow": ((8, 16), (16, 1)),
    "narrow_three": ((9, 6), (6, 3)),
    "row": ((1, 6), (6, 9)),
    "no_sum": ((5, 1), (1, 6)),
}.items():
    add(f"matmul_{shapes}", jnp.matmul, *(normal(*shape) for shape in formula))
for formula, *shapes in [
    ("bij,bjk->bik", (3, 4, 5), (3, 5, 6)),
    ("ijb,kib->bkj", (4, 5, 3), (6, 4, 3)),
    ("bd,bkd->bk", (6, 5), (6, 4, 5)),
    ("bhtd,bhsd->bhts", (2, 3, 5, 4), (2, 3, 6, 4)),
    ("abc,bcd->ad", (3, 4, 5), (4, 5, 7)),
    ("ij,ij->", (4, 5), (4, 5)),
    ("ijk,k->ij", (3, 4, 5), (5,)),
    ("ii->i", (5, 5)),
]:
    add(f"einsum {formula}", lambda *a, formula=formula: jnp.einsum(formula, *a), *(normal(*s) for s in shapes))
add("matmul_both_transposed", lambda a, b: a.T @ b.T, normal(7, 5), normal(6, 7))
add("matmul_column_major_narrow", lambda a, b: a.T @ b, normal(6, 16), normal(6, 2))
add("matmul_of_recipe", lambda a, b: jnp.tanh(a + 1) @ (b * 2), normal(5, 6), normal(6, 7))
add(
    "matmul_integers",
    lambda a, b: a @ b,
    np.arange(12, dtype=np.int32).reshape(3, 4),
    np.arange(20, dtype=np.int32).reshape(4, 5),
    grad=False,
)
add("matmul_batch_vmap", lambda w, x: jax.vmap(lambda x: jnp.tanh(x @ w) @ w.T)(x), normal(4, 6), normal(3, 5, 4))
add("dot_vectors", jnp.dot, normal(19), normal(19)[::-1])


def convolution(x, kernel, *, strides=(1, 1), padding="SAME", **options):
    return lax.conv_general_dilated(x, kernel, strides, padding, dimension_numbers=("NHWC", "HWIO", "NHWC"), **options)


add("conv_same", convolution, IMAGES, normal(3, 3, 3, 5))
add("conv_stride", lambda x, w: convolution(x, w, strides=(2, 2)), IMAGES, normal(3, 3, 3, 5))
add("conv_valid_5x5", lambda x, w: convolution(x, w, padding="VALID"), IMAGES, normal(5, 5, 3, 4))
add("conv_1x1", convolution, IMAGES, normal(1, 1, 3, 4))
add("conv_dilated", lambda x, w: convolution(x, w, rhs_dilation=(2, 2)), IMAGES, normal(3, 3, 3, 4))
add("conv_depthwise", lambda x, w: convolution(x, w, feature_group_count=3), IMAGES, normal(3, 3, 1, 6))
add("conv_groups", lambda x, w: convolution(jnp.tile(x, 2), w, feature_group_count=2), IMAGES, normal(3, 3, 3, 4))
add("conv_batch_groups", lambda x, w: convolution(x, w, batch_group_count=2), IMAGES, normal(3, 3, 3, 4), grad=False)
add(
    "conv_negative_padding",
    lambda x, w: convolution(x[:, 1:, :-1], w, padding=((0, 1), (1, 0))),
    IMAGES,
    normal(3, 3, 3, 4),
)
add(
    "conv_1d",
    lambda x, w: lax.conv_general_dilated(x, w, (1,), "SAME", dimension_numbers=("NWC", "WIO", "NWC")),
    normal(4, 16, 3),
    normal(3, 3, 5),
)
add(
    "conv_channels_first",
    lambda x, w: lax.conv_general_dilated(x, w, (1, 1), "SAME"),
    normal(2, 3, 8, 8),
    normal(4, 3, 3, 3),
)
add(
    "conv_3d",
    lambda x, w: lax.conv_general_dilated(x, w, (1, 1, 1), "SAME"),
    normal(1, 2, 4, 4, 4),
    normal(3, 2, 3, 3, 3),
)
add("conv_narrow_output", convolution, IMAGES, normal(3, 3, 3, 1))
add(
    "conv_transpose",
    lambda x, w: lax.conv_transpose(x, w, (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")),
    IMAGES,
    normal(3, 3, 3, 4),
)
add(
    "conv_transpose_valid",
    lambda x, w: lax.conv_transpose(x, w, (2, 2), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")),
    IMAGES,
    normal(4, 4, 3, 2),
)
add("jnp_convolve", lambda a, b: jnp.convolve(a, b, mode="same"), normal(20), normal(5))

# Reductions

each(
    {
        "sum_all": lambda x: (x + 1).sum(),
        "sum_rows": lambda x: x.sum(1),
        "sum_columns": lambda x: x.sum(0),
        "mean": lambda x: x.mean(0),
        "var": lambda x: x.var(1),
        "std": lambda x: jnp.std(x, 0),
        "prod": lambda x: jnp.prod(x, 1),
        "max_all": lambda x: jnp.max(x),
        "max_columns": lambda x: jnp.max(x, 0),
        "min_rows": lambda x: jnp.min(x, 1),
        "norm": lambda x: jnp.linalg.norm(x, axis=1),
        "logsumexp": lambda x: nn.logsumexp(x, 1),
        "softmax": nn.softmax,
        "log_softmax": lambda x: nn.log_softmax(x, axis=0),
        "standardize": lambda x: jnp.tanh(nn.standardize(x)),
        "cumsum": lambda x: jnp.cumsum(x, 1),
        "cumsum_first_axis": lambda x: jnp.cumsum(x, 0),
        "cumprod": lambda x: jnp.cumprod(x, 1),
        "cummax": lambda x: lax.cummax(x, 1),
        "cummin_reverse": lambda x: lax.cummin(x, 0, reverse=True),
        "cumsum_reverse": lambda x: lax.cumsum(x, 1, reverse=True),
        "cumlogsumexp": lambda x: lax.cumlogsumexp(x, 1),
        "sum_of_transpose": lambda x: jnp.sin(x.T).sum(0),
        "sum_three_axes": lambda x: x.reshape(3, 3, 5).sum((0, 2)),
        "trace": lambda x: jnp.trace(x[:, :5]),
        "median": lambda x: jnp.median(x, axis=1),
    },
    normal(5, 9),
)
each(
    {
        "argmax": lambda x: jnp.argmax(x, 1),
        "argmin": lambda x: jnp.argmin(x, 0),
        "argmax_ties": lambda x: jnp.argmax(jnp.round(x), 1),
        "argmax_nan": lambda x: jnp.argmax(jnp.where(x > 1, jnp.nan, x), 1),
        "argmax_integers": lambda x: jnp.argmax((10 * x).astype("int32"), 0),
        "any_all": lambda x: (jnp.any(x > 2, 0), jnp.all(x > -1, 1), jnp.any(x > 0)),
        "count": lambda x: jnp.sum(x > 0, axis=0),
        "sum_integers": lambda x: (
            (10 * x).astype("int32").sum(1),
            (10 * x).astype("int32").max(),
            jnp.prod((3 * x).astype("int32"), 0),
        ),
        "unsigned_max": lambda x: (100 * jnp.abs(x)).astype("uint32").max(0),
        "bit_reductions": lambda x: lax.reduce((9 * x).astype("int32"), 0, lax.bitwise_xor, (1,)),
        "reduce_negative": lambda x: (-jnp.abs(x) - 1).max(0),
        "max_with_nan": lambda x: jnp.max(jnp.where(x > 1, jnp.nan, x), 0),
    },
    normal(5, 9),
    grad=False,
)
add("reduce_long", lambda x: (x.mean(), x.max(), (x * x).mean(), x.prod()), normal(1003) * 0.01 + 1)
add("reduce_empty_axis", lambda x: (x[:, :0].sum(1), x[:, :0].prod(1)), normal(3, 4), grad=False)

# Windows


def pooled(x, initial, operation, sizes, strides, padding="VALID"):
    return lax.reduce_window(x, initial, operation, (1, *sizes, 1), (1, *strides, 1), padding)


each(
    {
        "max_pool": lambda x: pooled(x, -jnp.inf, lax.max, (2, 2), (2, 2)),
        "max_pool_overlapping": lambda x: pooled(x, -jnp.inf, lax.max, (3, 3), (2, 2), "SAME"),
        "min_pool": lambda x: pooled(x, jnp.inf, lax.min, (2, 2), (2, 2)),
        "average_pool": lambda x: pooled(x, 0.0, lax.add, (2, 2), (2, 2)) / 4,
        "average_pool_overlapping": lambda x: pooled(x, 0.0, lax.add, (3, 3), (2, 2), "SAME") / 9,
    },
    IMAGES,
)
add("max_pool_ties", lambda x: pooled(x, -jnp.inf, lax.max, (3, 3), (1, 1), "SAME") ** 2, np.round(IMAGES))
add(
    "max_pool_dilated",
    lambda x: lax.reduce_window(
        x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 1, 1, 1), "VALID", window_dilation=(1, 2, 3, 1)
    ),
    IMAGES,
    grad=False,
)
add(
    "max_pool_jvp",
    lambda x, t: jax.jvp(lambda x: pooled(x, -jnp.inf, lax.max, (2, 2), (2, 2)), (x,), (t,)),
    IMAGES,
    IMAGES[::-1],
    grad=False,
)

# Indexing

TABLE, ROWS = normal(9, 4), jnp.array([3, 0, 0, 7])
each(
    {
        "take_rows": lambda a: a[ROWS],
        "take_entries": lambda a: a[jnp.array([3, 0]), jnp.array([1, 2])],
        "take_columns": lambda a: a[:, jnp.array([3, 3, 1])],
        "take_negative": lambda a: a[jnp.array([-1, -9])],
        "take_clipped": lambda a: jnp.take(a, jnp.array([-5, 2, 90]), axis=0, mode="clip"),
        "take_filled": lambda a: jnp.nan_to_num(jnp.take(a, jnp.array([2, 90]), axis=0, mode="fill"), nan=7.0),
        "take_along": lambda a: jnp.take_along_axis(a, jnp.argsort(a, 1), 1),
        "index_scalar": lambda a: a[2] * a[3, 1],
        "index_static_slice": lambda a: a[jnp.array([1, 2]), 1:3],
        "at_set": lambda a: a.at[2].set(1.0),
        "at_set_rows": lambda a: a.at[jnp.array([1, 5])].set(a[:2]),
        "at_add": lambda a: a.at[jnp.array([1, 1, 3])].add(2.0 * a[:3]),
        "at_add_entries": lambda a: a.at[jnp.array([1, 1]), jnp.array([2, 2])].add(a[0, :2]),
        "at_set_outside": lambda a: a.at[jnp.array([1, 40])].set(5.0, mode="drop"),
        "dynamic_update": lambda a: lax.dynamic_update_slice(a, 2 * a[:3, :2], (2, 1)),
        "dynamic_update_clamped": lambda a: lax.dynamic_update_slice(a, 2 * a[:3, :2], (8, 9)),
        "segment_sum": lambda a: jax.ops.segment_sum(a, jnp.arange(9) % 3, 4),
        "embedding_loss": lambda a: -nn.log_softmax(a)[jnp.arange(9), jnp.arange(9) % 4],
        "take_along_argmax": lambda a: jnp.take_along_axis(a, jnp.argmax(a, 1)[:, None], 1),
        "vmap_index": lambda a: jax.vmap(lambda r, i: r[i])(a, jnp.arange(9) % 4),
        "vmap_at_add": lambda a: jax.vmap(lambda r, i: r.at[i].add(1.5 * r[0]))(a, jnp.arange(9) % 4),
    },
    TABLE,
)
add("at_multiply", lambda a, b: a.at[jnp.array([1, 2])].multiply(b, unique_indices=True), TABLE, normal(4))
add("at_extremes", lambda a: a.at[jnp.array([1, 1])].max(0.5).at[3].min(-0.5), TABLE, grad=False)
add("at_clip", lambda a: a.at[jnp.array([3, 50])].set(5.0, mode="clip"), TABLE, grad=False)
add("dynamic_slice", lambda a, i: lax.dynamic_slice(a, (i, 1), (3, 2)), TABLE, jnp.int32(4))
add("dynamic_slice_clamped", lambda a, i: lax.dynamic_slice(a, (i, -i), (3, 2)), TABLE, jnp.int32(40), grad=False)
add("dynamic_index", lambda a, i: lax.dynamic_index_in_dim(a, i, 0, keepdims=False), TABLE, jnp.int32(-2))
add(
    "gather_filled",
    lambda a: (a.at[jnp.array([2, 90])].get(mode="fill"), jnp.arange(3).at[jnp.array([0, 9])].get(mode="fill")),
    TABLE,
    grad=False,
)
add("index_unsigned", lambda a, i: a[i], TABLE, jnp.array([1, 8], "uint32"), grad=False)
add("index_recipe", lambda a, i: (2 * a)[i * 2 + 1], TABLE, jnp.array([1, 3]))
add("one_hot_lookup", lambda a: a[jnp.argmax(a, axis=0)], TABLE)
add("gather_empty", lambda a: a[jnp.zeros((0,), int)], TABLE, grad=False)

# Sorting

each(
    {
        "sort": lambda x: jnp.sort(x, axis=1),
        "sort_first_axis": lambda x: jnp.sort(x, axis=0),
        "sort_descending": lambda x: -jnp.sort(-x),
        "top_k": lambda x: lax.top_k(x, 3)[0],
        "sort_pairs": lambda x: lax.sort((x, 2 * x), dimension=1, num_keys=1)[1],
        "quantile": lambda x: jnp.quantile(x, 0.3, axis=1),
        "rank_loss": lambda x: (jnp.sort(x, axis=1) * jnp.arange(9)).sum(1),
    },
    WIDE,
)
each(
    {
        "argsort": lambda x: jnp.argsort(x, axis=1),
        "argsort_stable": lambda x: jnp.argsort(jnp.round(x), axis=1),
        "top_k_ties": lambda x: lax.top_k(jnp.round(x), 4),
        "top_k_first_axis": lambda x: (
            lax.top_k(x, 2, axis=0) if "axis" in lax.top_k.__kwdefaults__ else lax.top_k(x.T, 2)
        ),
        "sort_two_keys": lambda x: lax.sort((jnp.round(x), x * 3 % 1, x), dimension=1, num_keys=2),
        "sort_nan": lambda x: jnp.sort(jnp.where(x > 1, jnp.nan, x), axis=1),
        "sort_zeros": lambda x: jnp.argsort(jnp.where(x > 0, 0.0, -0.0), axis=1),
        "sort_integers": lambda x: jnp.sort((10 * x).astype("int32"), axis=1),
        "searchsorted": lambda x: jnp.searchsorted(jnp.sort(x[0]), x[1]),
        "histogram": lambda x: jnp.histogram(x, bins=5, range=(-2, 2))[0],
        "bincount": lambda x: jnp.bincount((jnp.abs(x).ravel()).astype("int32"), length=4),
    },
    WIDE,
    grad=False,
)
add("sort_single", lambda x: jnp.sort(x), normal(1), grad=False)
add("sort_long", lambda x: jnp.sort(x), normal(700), grad=False)

# Control flow


def recurrent(w, u, x):
    def step(h, x):
        h = jnp.tanh(x @ w + h @ u)
        return h, h

    return jax.vmap(lambda x: lax.scan(step, jnp.zeros(6), x)[1])(x)


add("scan_recurrent", recurrent, 0.4 * normal(4, 6), 0.4 * normal(6, 6), normal(3, 8, 4))
add("scan_reverse", lambda x: lax.scan(lambda c, a: (c * 0.9 + a, c), jnp.zeros(3), x, reverse=True), normal(7, 3))
add(
    "scan_swap",
    lambda a, b: lax.scan(lambda c, _: ((c[1], c[0] + c[1]), None), (a, b), None, length=5)[0],
    normal(3),
    normal(3) + 1,
)
add("scan_rotate", lambda a: lax.scan(lambda c, _: (c[::-1] * 0.9, c), a, None, length=4), normal(7))
add("scan_shift", lambda a: lax.scan(lambda c, x: (jnp.roll(c, 1).at[0].set(x), c.sum()), a, a, length=7), normal(7))
add(
    "scan_untouched_carry",
    lambda a: lax.scan(lambda c, x: ((c[0], c[1] + c[0]), x * 2), (a, a), normal(4))[0],
    normal(7),
)
add(
    "scan_of_scans",
    lambda x: lax.scan(lambda c, r: lax.scan(lambda d, e: (d * 0.5 + e, d), c, r), jnp.float32(0), x),
    normal(3, 4),
)
add("scan_empty", lambda x: lax.scan(lambda c, a: (c + a, a), x[0], x[:0]), normal(3, 4), grad=False)
add("scan_unrolled", lambda x: lax.scan(lambda c, a: (c * 0.5 + a, c), jnp.zeros(3), x, unroll=2), normal(6, 3))
add("associative_scan", lambda x: lax.associative_scan(jnp.multiply, 0.5 + jnp.abs(x)), normal(8, 2))
add("lax_map", lambda x: lax.map(lambda r: jnp.sin(r).sum() * r, x), normal(5, 4))
add("fori_loop", lambda x: lax.fori_loop(0, 7, lambda i, c: c * 0.9 + i, x), normal(4))
add("fori_index", lambda x: lax.fori_loop(0, 3, lambda i, c: c.at[i].add(c[i + 1]), x), normal(4))
add(
    "while_loop",
    lambda x: lax.while_loop(lambda c: jnp.sum(c) > 1e-2, lambda c: c * 0.5, jnp.abs(x)),
    normal(4),
    grad=False,
)
add("while_never", lambda x: lax.while_loop(lambda c: c[0] < -1e9, lambda c: c * 0.5, x), normal(4), grad=False)
add(
    "while_pair",
    lambda x: lax.while_loop(lambda c: c[0] < 10, lambda c: (c[0] + 3, c[1] * c[0]), (0, x)),
    normal(4),
    grad=False,
)
add(
    "while_vmap",
    lambda x: jax.vmap(lambda x: lax.while_loop(lambda c: c < 1, lambda c: c * 2, x))(x),
    jnp.array([0.1, 0.3, 2.0]),
    grad=False,
)
add(
    "while_constants",
    lambda x, b: lax.while_loop(lambda c: jnp.sum(c) < b.sum(), lambda c: c + jnp.exp(b), x),
    normal(4),
    np.abs(normal(4)) + 1,
    grad=False,
)
add("cond", lambda x: lax.cond(jnp.sum(x) > 0, jnp.sin, jnp.cos, x), normal(5))
add("cond_other", lambda x: lax.cond(jnp.sum(x) > 1e9, jnp.sin, jnp.cos, x), normal(5))
for chosen in (-4, 0, 2, 9):
    add(f"switch {chosen}", lambda i, x: lax.switch(i, [jnp.tanh, nn.relu, jnp.sin], x), jnp.int32(chosen), normal(5))
add(
    "cond_in_scan",
    lambda x: lax.scan(lambda c, a: lax.cond(a > 0, lambda: (c + a, c), lambda: (c * 0.5, -c)), jnp.float32(0), x),
    normal(9),
)
add("checkpoint", lambda x: jax.checkpoint(lambda x: jnp.sin(jnp.sin(x)))(x), normal(5))
add("nested_jit", lambda x: jax.jit(lambda y: jax.jit(jnp.sin)(y) * 2)(x) + x, normal(5))


@jax.custom_vjp
def clipped_identity(x):
    return x * 1.0


clipped_identity.defvjp(lambda x: (x * 1.0, x), lambda x, d: (jnp.clip(d * x, -0.1, 0.1),))


@jax.custom_jvp
def straight_through(x):
    return jnp.round(x)


straight_through.defjvp(lambda primal, tangent: (jnp.round(primal[0]), tangent[0]))
add("custom_vjp", clipped_identity, normal(5))
add("custom_jvp", straight_through, normal(5))
add("stop_gradient", lambda x: x * lax.stop_gradient(x), normal(5))

# Derivatives of higher order, and vmap

each(
    {
        "hessian": lambda x: jax.hessian(lambda x: jnp.sum(jnp.tanh(x) ** 2))(x),
        "jacfwd": jax.jacfwd(jnp.sin),
        "jacrev": jax.jacrev(lambda x: jnp.outer(x, x).sum(0)),
        "second_derivative": lambda x: jax.grad(lambda x: jax.grad(lambda x: jnp.sum(x**3))(x).sum())(x),
        "jvp": lambda x: jax.jvp(jnp.tanh, (x,), (x,)),
    },
    normal(4),
    grad=False,
)
add(
    "vmap_grad",
    lambda w, x: jax.vmap(jax.grad(lambda w, x: jnp.tanh(x @ w)), (None, 0))(w, x),
    0.2 * normal(4),
    normal(6, 4),
    grad=False,
)
add("distances", lambda a, b: jnp.sum((a[:, None] - b) ** 2, -1), normal(5, 3), normal(6, 3))


def batch_norm(x, scale, shift):
    mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
    return jnp.tanh(scale * (x - mean) * lax.rsqrt(variance + 1e-5) + shift)


def attention(x, w):
    q, k, v = jnp.split(x @ w, 3, -1)
    scores = jnp.where(jnp.tril(jnp.ones((6, 6), bool)), q @ k.T, -1e9)
    return nn.softmax(scores) @ v


add("batch_norm", batch_norm, IMAGES, normal(3), normal(3) + 1)
add("attention", attention, normal(6, 4), normal(4, 12))
add("triangular_mask", lambda x: jnp.where(jnp.tri(5, dtype=bool), x, 0.0), normal(5, 5))
add(
    "cosine_similarity",
    lambda a, b: (a / jnp.linalg.norm(a, axis=1, keepdims=True)) @ (b / jnp.linalg.norm(b, axis=1, keepdims=True)).T,
    normal(5, 3),
    normal(6, 3),
)
add("solve_2x2", lambda a: a[::-1, ::-1] / (a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]), normal(2, 2))
add("huber", lambda x: jnp.where(jnp.abs(x) < 1, 0.5 * x * x, jnp.abs(x) - 0.5).mean(), X)

# Random numbers: bits, integers and choices must be equal; what is computed from them, close


def draw(name, function, *arguments):
    add("random " + name, lambda seed, *a: function(jr.key(seed), *a), 5, *arguments, grad=False)


draw("bits", lambda key: jr.bits(key, (41,)))
draw("uniform", lambda key: jr.uniform(key, (7, 5), minval=-2.0, maxval=3.0))
draw("normal", lambda key: jr.normal(key, (33,)))
draw("bernoulli", lambda key: jr.bernoulli(key, 0.3, (33,)))
draw("bernoulli_array", lambda key, p: jr.bernoulli(key, p), np.linspace(0, 1, 9, dtype=np.float32))
draw("randint", lambda key: jr.randint(key, (33,), -5, 9))
draw("randint_traced", lambda key, n: jr.randint(key, (33,), 0, n), jnp.int32(77))
draw("split", lambda key: jr.split(key, 5))
draw("split_shape", lambda key: jr.split(key, (2, 3))[1, 2])
draw("fold_in", lambda key, i: jr.normal(jr.fold_in(key, i), (3,)), jnp.int32(4))
draw("fold_in_vmap", lambda key: jax.vmap(lambda i: jr.bits(jr.fold_in(key, i), (3,)))(jnp.arange(4)))
draw("gumbel", lambda key: jr.gumbel(key, (33,)))
draw("categorical", lambda key: jr.categorical(key, jnp.log(jnp.arange(1.0, 8)), shape=(33,)))
draw("permutation", lambda key: jr.permutation(key, 20))
draw("permutation_rows", lambda key, x: jr.permutation(key, x), normal(9, 4))
draw("choice", lambda key: jr.choice(key, 20, (8,)))
draw("choice_without_replacement", lambda key: jr.choice(key, 20, (8,), replace=False))
draw("choice_weighted", lambda key: jr.choice(key, 5, (8,), p=jnp.array([0.1, 0.2, 0.3, 0.2, 0.2])))
draw("truncated_normal", lambda key: jr.truncated_normal(key, -2, 2, (33,)))
draw("exponential", lambda key: jr.exponential(key, (33,)))
draw("laplace", lambda key: jr.laplace(key, (33,)))
draw("logistic", lambda key: jr.logistic(key, (33,)))
draw("rademacher", lambda key: jr.rademacher(key, (33,), dtype="float32"))
draw(
    "keys_in_scan",
    lambda key: lax.scan(lambda k, _: (jr.split(k)[0], jr.normal(jr.split(k)[1], (3,))), key, None, length=4),
)
draw("keys_vmap", lambda key: jax.vmap(lambda k: jr.normal(k, (3,)))(jr.split(key, 4)))
draw("keys_indexed", lambda key: jr.bits(jr.split(key, 6)[jnp.array([4, 1])][1], (3,)))
draw("keys_selected", lambda key, flag: jr.bits(jnp.where(flag, *jr.split(key)), (3,)), jnp.bool_(True))
draw("keys_in_cond", lambda key, flag: lax.cond(flag, lambda k: jr.split(k)[0], lambda k: k, key), jnp.bool_(True))
draw(
    "keys_carried_by_while",
    lambda key: lax.while_loop(lambda c: c[0] < 3, lambda c: (c[0] + 1, jr.fold_in(c[1], c[0])), (0, key))[1],
)
draw("key_data", lambda key: jr.key_data(jr.fold_in(key, 3)))
draw("wrap_key_data", lambda key: jr.bits(jr.wrap_key_data(jnp.array([1, 2], "uint32")), (3,)) + jr.bits(key, (3,)))
draw("dropout", lambda key, x: jnp.where(jr.bernoulli(key, 0.7, x.shape), x / 0.7, 0.0), normal(9, 4))
add("random legacy_key", lambda key: jr.normal(key, (9,)), jr.PRNGKey(3), grad=False)
add("random key_argument", lambda key: jr.split(key, 3), jr.key(11), grad=False)
add("random negative_seed", lambda seed: jr.bits(jr.key(seed), (3,)), -7, grad=False)
