"""A training step as an ONNX graph, in the format's own encoding: a message is a list of numbered fields.

The runtime has no gradients, so the backward pass is written out.  It is that of :eq:`backprop` for one hidden layer;
`Gemm` takes the update with it: w - rate xᵀ dz is one node.
"""

import numpy as np

FLOAT, INT32, INT64 = 1, 6, 7  # TensorProto.DataType
KINDS = {np.dtype("float32"): FLOAT, np.dtype("int32"): INT32, np.dtype("int64"): INT64}
IR_VERSION, OPSET = 8, 17


def mlp_step(arrays: dict[str, np.ndarray], batch_size: int) -> bytes:
    """Return the model that makes one step of SGD: from parameters and the rows of a batch to parameters and the loss.

    Parameters
    ----------
    arrays
        Parameters, data, one-hot targets and learning rate by the names they have in the graph; the data stay in it.
    """
    rate, share = float(arrays["learning_rate"]), np.float32(1 / batch_size)
    data = {
        "x": arrays["x"],
        "targets": arrays["targets"],
        "zero": np.float32(0),
        "share": share,
        "axis": np.int64([0]),
    }
    data |= {"rate": np.float32(rate), "minus_share": -share}
    nodes = [
        node("Gather", ["x", "rows"], "batch"),
        node("Gather", ["targets", "rows"], "target"),
        node("Gemm", ["batch", "w1", "b1"], "z1"),
        node("Relu", ["z1"], "h"),
        node("Gemm", ["h", "w2", "b2"], "z2"),
        node("LogSoftmax", ["z2"], "log_p", axis=1),
        node("Mul", ["log_p", "target"], "picked"),
        node("ReduceSum", ["picked"], "sum", keepdims=0),
        node("Mul", ["sum", "minus_share"], "loss"),
        node("Exp", ["log_p"], "p"),
        node("Sub", ["p", "target"], "error"),
        node("Mul", ["error", "share"], "dz2"),
        node("Gemm", ["dz2", "w2"], "dh", transB=1),
        node("Greater", ["z1", "zero"], "active"),
        node("Where", ["active", "dh", "zero"], "dz1"),
        *layer_update("batch", "dz1", "1", rate),
        *layer_update("h", "dz2", "2", rate),
    ]
    params = {name: arrays[name] for name in ("w1", "b1", "w2", "b2")}
    inputs = [value_info(name, a.dtype, a.shape) for name, a in params.items()]
    rows = value_info("rows", np.dtype("int32"), (batch_size,))
    outputs = [value_info(f"new_{name}", a.dtype, a.shape) for name, a in params.items()]
    loss = value_info("loss", np.dtype("float32"), ())
    return model(nodes, data, [*inputs, rows], [*outputs, loss])


def layer_update(x: str, dz: str, layer: str, rate: float) -> list[bytes]:
    """Return the nodes that turn w and b into w - rate xᵀ dz and b - rate Σ dz."""
    return [
        node("Gemm", [x, dz, f"w{layer}"], f"new_w{layer}", transA=1, alpha=-rate),
        node("ReduceSum", [dz, "axis"], f"db{layer}", keepdims=0),
        node("Mul", [f"db{layer}", "rate"], f"change{layer}"),
        node("Sub", [f"b{layer}", f"change{layer}"], f"new_b{layer}"),
    ]


def model(nodes: list[bytes], constants: dict, inputs: list[bytes], outputs: list[bytes]) -> bytes:
    """ModelProto."""
    stored = [(5, tensor(name, np.asarray(array))) for name, array in constants.items()]
    graph = message(
        *((1, n) for n in nodes), (2, "step"), *stored, *((11, i) for i in inputs), *((12, o) for o in outputs)
    )
    return message((1, IR_VERSION), (7, graph), (8, message((1, ""), (2, OPSET))))


def node(op: str, inputs: list[str], output: str, **attributes) -> bytes:
    """NodeProto."""
    named = [(5, attribute(name, value)) for name, value in attributes.items()]
    return message(*((1, name) for name in inputs), (2, output), (4, op), *named)


def attribute(name: str, value: int | float) -> bytes:
    """AttributeProto, whose field 20 says which of its fields holds the value."""
    return (
        message((1, name), (2, value), (20, 1)) if isinstance(value, float) else message((1, name), (3, value), (20, 2))
    )


def tensor(name: str, array: np.ndarray) -> bytes:
    """TensorProto."""
    return message(*((1, n) for n in array.shape), (2, KINDS[array.dtype]), (8, name), (9, array.tobytes()))


def value_info(name: str, dtype: np.dtype, shape: tuple[int, ...]) -> bytes:
    """ValueInfoProto of a tensor."""
    dimensions = message(*((1, message((1, n))) for n in shape))
    return message((1, name), (2, message((1, message((1, KINDS[dtype]), (2, dimensions))))))


def message(*fields: tuple[int, int | float | str | bytes]) -> bytes:
    """Encode fields: a number and its kind, then a whole number, a float32, or a length and that many bytes."""
    return b"".join(_field(number, value) for number, value in fields)


def _field(number: int, value) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    if isinstance(value, float):
        return _varint(number << 3 | 5) + np.float32(value).tobytes()
    content = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Encode a whole number, seven bits a byte, the lowest first; a set eighth bit says that more follow."""
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])
