"""Expressions as machine code, one number at a time.

`Expressions` is what scalar and vector code share: a node with several parents is
computed once and kept in a local variable.
"""

from collections import Counter

from dlbook.live import wasm
from dlbook.live.ir.expressions import BOOL, F32, I32, U32, Call, Const, Expr, Kind, Load, Local, Op, Position, nodes

SIGNED = ("div", "rem", "lt", "gt", "le", "ge", "min", "max")  # differ for signed and unsigned numbers
LOGIC = ("and", "or", "xor", "not")
ON_BOOLEANS = {"add": "or", "max": "or", "mul": "and", "min": "and"}


def instruction(name: str, kind: Kind, lanes: str = "") -> str:
    """Return the machine's name of an operation on a kind; `lanes` is "x4" for vectors."""
    if kind is BOOL:
        name = ON_BOOLEANS.get(name, name)
    if lanes and name in LOGIC:
        return f"v128.{name}"
    if kind is F32:
        return f"f32{lanes}.{name}"
    suffix = ("_s" if kind is I32 else "_u") if name in SIGNED else ""
    return f"i32{lanes}." + {"shr": "shr_u", "sar": "shr_s"}.get(name, name + suffix)


class Expressions:
    """Pushes the values of expressions that belong to one statement.

    Parameters
    ----------
    emitter
        Knows addresses, and the function that is being written.
    roots
        All expressions that will be pushed, to see which nodes they share.
    """

    def __init__(self, emitter, roots):
        self.emitter, self.function = emitter, emitter.function
        self.parents = Counter(id(arg) for node in nodes(*roots) for arg in getattr(node, "args", ()))
        self.parents.update(map(id, roots))
        self.kept = {}
        self.temporaries = 0

    def push(self, node: Expr) -> None:
        """Leave the value on the stack."""
        if id(node) in self.kept:
            self.function.get(self.kept[id(node)], self.type_of(node.kind))
            return
        getattr(self, type(node).__name__.lower())(node)
        if self.parents[id(node)] > 1 and isinstance(node, Op | Call | Load):
            self.kept[id(node)] = self.keep(node.kind)

    def keep(self, kind: Kind) -> str:
        """Copy what is on the stack to a temporary variable; return its name."""
        self.temporaries += 1
        name = f"temporary {self.type_of(kind)} {self.temporaries}"
        self.function.tee(name, self.type_of(kind))
        return name

    def op(self, node: Op) -> None:
        special = getattr(self, node.name + "_", None)
        if special:
            special(node)
        else:
            self.plain(node)


class Scalar(Expressions):
    """Booleans are the integers 0 and 1."""

    def type_of(self, kind: Kind) -> int:
        return wasm.F32 if kind is F32 else wasm.I32

    def const(self, node: Const) -> None:
        if node.kind is F32:
            self.function.f32(node.value)
        else:
            self.function.i32(int(node.value))

    def load(self, node: Load) -> None:
        offset = self.emitter.address(node.buffer, node.index)
        self.function.memory("f32.load" if node.kind is F32 else "i32.load", offset)

    def local(self, node: Local) -> None:
        self.function.get(node.name, self.type_of(node.kind))

    def position(self, node: Position) -> None:
        self.emitter.integer(node.index)

    def call(self, node: Call) -> None:
        """Call the vector function with each argument in all four lanes, and take the first result."""
        for arg in node.args:
            self.push(arg)
            self.function.op("f32x4.splat" if arg.kind is F32 else "i32x4.splat")
        self.function.call(node.name)
        self.function.op("f32x4.extract_lane" if node.kind is F32 else "i32x4.extract_lane", 0)

    def plain(self, node: Op) -> None:
        for arg in node.args:
            self.push(arg)
        self.function.op(instruction(node.name, node.args[0].kind))

    def select_(self, node: Op) -> None:
        condition, yes, no = node.args
        for arg in (yes, no, condition):
            self.push(arg)
        self.function.op("select")

    def convert_(self, node: Op) -> None:
        (arg,) = node.args
        self.push(arg)
        if node.kind is F32:
            self.function.op("f32.convert_i32_u" if arg.kind is U32 else "f32.convert_i32_s")
        elif node.kind is BOOL:
            self.push(Const(arg.kind, 0))
            self.function.op(instruction("ne", arg.kind))
        elif arg.kind is F32:
            self.function.op("i32.trunc_sat_f32_u" if node.kind is U32 else "i32.trunc_sat_f32_s")

    def bitcast_(self, node: Op) -> None:
        (arg,) = node.args
        self.push(arg)
        if F32 in (arg.kind, node.kind):
            self.function.op("f32.reinterpret_i32" if node.kind is F32 else "i32.reinterpret_f32")

    def not_(self, node: Op) -> None:
        self.push(node.args[0])
        if node.kind is BOOL:
            self.function.op("i32.eqz")
        else:
            self.function.i32(-1)
            self.function.op("i32.xor")

    def neg_(self, node: Op) -> None:
        if node.kind is F32:
            self.plain(node)
        else:
            self.push(Const(node.kind, 0) - node.args[0])

    def abs_(self, node: Op) -> None:
        if node.kind is not I32:
            return self.plain(node) if node.kind is F32 else self.push(node.args[0])
        self.function.i32(0)
        self.push(node.args[0])
        name = self.keep(I32)
        self.function.op("i32.sub")
        self.function.get(name)
        self.function.get(name)
        self.function.i32(0)
        self.function.op("i32.lt_s")
        self.function.op("select")

    def max_(self, node: Op) -> None:
        self._extreme(node, "gt")

    def min_(self, node: Op) -> None:
        self._extreme(node, "lt")

    def _extreme(self, node: Op, comparison: str) -> None:
        """The machine has no maximum of two integers; it can select."""
        if node.kind in (F32, BOOL):
            return self.plain(node)
        names = []
        for arg in node.args:
            self.push(arg)
            names.append(self.keep(node.kind))
        for name in names:
            self.function.get(name)
        self.function.op(instruction(comparison, node.kind))
        self.function.op("select")
