"""Windows on images, in every way that convolution offers: sizes that do not tile, strides past the kernel, borders."""

QUICK = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}  # half the time to compile

GEOMETRIES = [  # image, window, settings
    ((5, 5), (3, 3), {}),
    ((4, 6), (4, 6), {}),
    ((5, 6), (3, 3), {"padding": 1}),
    ((5, 4), (3, 2), {"padding": "same"}),
    ((5, 4), (3, 2), {"padding": "valid"}),
    ((7, 8), (3, 3), {"stride": 2, "padding": 1}),
    ((7, 8), (3, 3), {"stride": 2, "padding": "same"}),
    ((8, 7), (2, 3), {"stride": (3, 2), "padding": "same", "dilation": (1, 2)}),
    ((7, 7), (2, 2), {"stride": 2}),
    ((9, 7), (3, 3), {"stride": 3, "padding": 2}),
    ((5, 4), (1, 1), {"stride": 2}),
    ((3, 3), (1, 1), {"padding": 2}),
    ((4, 5), (2, 2), {"padding": 3, "stride": 2}),
    ((6, 5), (2, 2), {"stride": 4}),
    ((9, 8), (3, 2), {"dilation": 2}),
    ((9, 8), (3, 3), {"dilation": (1, 3), "stride": (2, 1), "padding": 1}),
    ((9, 8), (3, 3), {"dilation": 2, "stride": 3, "padding": 2}),
    ((6, 7), (3, 3), {"padding": ((0, 2), (1, 0))}),
    ((6, 7), (3, 2), {"padding": ((3, 0), (0, 4)), "stride": (1, 3)}),
    ((2, 2), (2, 3), {"stride": 2, "padding": 1}),
    ((1, 1), (3, 3), {"padding": 1}),
]


def name(value):
    """Return a readable name of a case's part."""
    if isinstance(value, dict):
        return ",".join(f"{k}={v}" for k, v in value.items()).replace(" ", "") or "plain"
    return "x".join(map(str, value))
