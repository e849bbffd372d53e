"""A number that remembers its operands, and the two sweeps that differentiate an expression of such numbers."""

import math
from collections.abc import Callable
from typing import NamedTuple


class Op(NamedTuple):
    """An operation on numbers.

    Attributes
    ----------
    value
        Takes the operands, returns the result.
    slopes
        Takes the operands and then the result `y`, returns the derivative of `y` by each operand.
    code, slope_code
        How both are written, with operands `{0}`, `{1}` and the result `{y}`.
    """

    value: Callable
    slopes: Callable
    code: str
    slope_code: tuple[str, ...]


def _sigmoid(a):
    return 1 / (1 + math.exp(-a)) if a >= 0 else math.exp(a) / (1 + math.exp(a))


def _power_slope(a, n):
    return n * a ** (n - 1) if n else 0.0


def _log(a):
    if a <= 0:
        raise ValueError(f"Value.log: the number must be above 0, got {a}.")
    return math.log(a)


OPS = {
    "add": Op(lambda a, b: a + b, lambda a, b, y: (1.0, 1.0), "{0} + {1}", ("1", "1")),
    "sub": Op(lambda a, b: a - b, lambda a, b, y: (1.0, -1.0), "{0} - {1}", ("1", "-1")),
    "mul": Op(lambda a, b: a * b, lambda a, b, y: (b, a), "{0} * {1}", ("{1}", "{0}")),
    "div": Op(lambda a, b: a / b, lambda a, b, y: (1 / b, -y / b), "{0} / {1}", ("(1 / {1})", "(-{y} / {1})")),
    "pow": Op(lambda a, n: a**n, lambda a, n, y: (_power_slope(a, n), None), "{0} ** {1}", ("{1} * {0} ** ({1} - 1)",)),
    "neg": Op(lambda a: -a, lambda a, y: (-1.0,), "-{0}", ("-1",)),
    "exp": Op(math.exp, lambda a, y: (y,), "{0}.exp()", ("{y}",)),
    "log": Op(_log, lambda a, y: (1 / a,), "{0}.log()", ("(1 / {0})",)),
    "tanh": Op(math.tanh, lambda a, y: (1 - y * y,), "{0}.tanh()", ("(1 - {y} ** 2)",)),
    "sigmoid": Op(_sigmoid, lambda a, y: (y * (1 - y),), "{0}.sigmoid()", ("{y} * (1 - {y})",)),
    "relu": Op(lambda a: max(a, 0.0), lambda a, y: (float(a > 0),), "{0}.relu()", ("({0} > 0)",)),
}  # fmt: skip


class Value:
    """A number in a graph of numbers.

    Parameters
    ----------
    data
        The number.
    name
        What the trace calls it.

    Attributes
    ----------
    grad
        Derivative by this number of the result whose `backward` was called last; 0 before.
    op, operands, slopes
        How the number was made: a key of `OPS`, the operands (a `Value` or, where it is a constant, a plain number),
        and the derivative by each operand.  Empty for an input.

    Raises
    ------
    ValueError
        If `data` is not a number.

    Notes
    -----
    The slopes are taken when the expression is written.  After changing the `data` of an input, write it again.
    Sums, products, quotients and powers also take numbers of other kinds, such as traced arrays of JAX.

    Examples
    --------
    >>> a, b = Value(2, "a"), Value(1, "b")
    >>> e = (a + b) * (b + 1)
    >>> e.backward()
    >>> e, a, b
    (Value(6.0, grad=1.0), Value(2.0, grad=2.0), Value(1.0, grad=5.0))
    """

    def __init__(self, data, name: str = "", *, op: str = "", operands: tuple = (), slopes: tuple = ()):
        self.data, self.grad, self.name = _number(data), 0.0, name
        self.op, self.operands, self.slopes = op, operands, slopes

    def __repr__(self) -> str:
        return f"Value({self.data}, grad={self.grad})"

    def named(self, name: str) -> "Value":
        """Give the value a name and return it."""
        self.name = name
        return self

    def edges(self) -> list[tuple["Value", float]]:
        """Return each operand that is not a constant, with the derivative by it."""
        return [(v, slope) for v, slope in zip(self.operands, self.slopes, strict=True) if isinstance(v, Value)]

    def backward(self):
        """Set `grad` of every node below to the derivative of this value by it: equation :eq:`reverse-mode`.

        All of them begin at 0, so that calling again gives the same gradients.
        """
        nodes = order(self)
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(nodes):
            for operand, slope in node.edges():
                operand.grad += node.grad * slope

    def __add__(self, other):
        return _apply("add", self, other)

    def __radd__(self, other):
        return _apply("add", other, self)

    def __sub__(self, other):
        return _apply("sub", self, other)

    def __rsub__(self, other):
        return _apply("sub", other, self)

    def __mul__(self, other):
        return _apply("mul", self, other)

    def __rmul__(self, other):
        return _apply("mul", other, self)

    def __truediv__(self, other):
        return _apply("div", self, other)

    def __rtruediv__(self, other):
        return _apply("div", other, self)

    def __neg__(self):
        return _apply("neg", self)

    def __pow__(self, exponent):
        if isinstance(exponent, Value):
            raise ValueError("Value: the exponent must be a plain number, got a Value.")
        return _apply("pow", self, exponent)

    def exp(self) -> "Value":
        """Return e to the power of this value."""
        return _apply("exp", self)

    def log(self) -> "Value":
        """Return the natural logarithm; ValueError unless the number is above 0."""
        return _apply("log", self)

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent."""
        return _apply("tanh", self)

    def sigmoid(self) -> "Value":
        """Return 1 / (1 + exp(-x))."""
        return _apply("sigmoid", self)

    def relu(self) -> "Value":
        """Return the larger of the number and 0; the slope at 0 is 0."""
        return _apply("relu", self)


def order(result: Value) -> list[Value]:
    """Return the nodes that `result` depends on, itself last, each once and after its operands."""
    nodes, seen, stack = [], set(), [(result, False)]
    while stack:  # not by recursion: a sum of some thousand terms is that deep
        node, done = stack.pop()
        if done:
            nodes.append(node)
        elif node not in seen:
            seen.add(node)
            stack += [(node, True), *((operand, False) for operand, _ in reversed(node.edges()))]
    return nodes


def tangents(result: Value, variable: Value) -> list[float]:
    """Return the derivative by `variable` of every node of `order(result)`: equation :eq:`forward-mode`.

    Parameters
    ----------
    result
        The value whose graph is swept.
    variable
        One node of that graph.  Another variable needs another sweep.

    Raises
    ------
    ValueError
        If `result` does not depend on `variable`.
    """
    nodes = order(result)
    if variable not in nodes:
        raise ValueError(f"tangents: the result does not depend on the variable {variable.name!r}.")
    by_node = {}
    for node in nodes:
        by_node[node] = 1.0 if node is variable else sum((s * by_node[v] for v, s in node.edges()), 0.0)
    return list(by_node.values())


def _number(data):
    if not isinstance(data, Value):
        try:
            return data + 0.0
        except TypeError:
            pass
    raise ValueError(f"Value: data must be a number, got {data!r}.")


def _apply(name, *operands) -> Value:
    op = OPS[name]
    numbers = [v.data if isinstance(v, Value) else v for v in operands]
    y = op.value(*numbers)
    return Value(y, op=name, operands=operands, slopes=op.slopes(*numbers, y))
