"""Expressions as machine code, four numbers at a time, and when that is allowed.

A vector loop runs four rounds at once: a load whose address moves by one word a round
reads four neighbours, one that does not move is repeated, any other is gathered.
Booleans are masks: all 32 bits set, or none.
"""

import struct

from dlbook.live import wasm
from dlbook.live.ir.expressions import BOOL, F32, U32, Call, Const, Kind, Load, Local, Op, Position, nodes
from dlbook.live.ir.statements import Let, Store, expressions, indices
from dlbook.live.scalar import Expressions, instruction

LANES = 4


def vectorizable(body, variable: str) -> bool:
    """Whether four rounds of a parallel loop may run at once."""
    if not all(isinstance(statement, Store | Let) for statement in body):
        return False
    computed = {statement.name for statement in body if isinstance(statement, Let)}
    if any(computed & {name for name, _ in index.terms} for statement in body for index in indices(statement)):
        return False  # an address that differs in each lane
    stores = [statement.index for statement in body if isinstance(statement, Store)]
    roots = [root for statement in body for root in expressions(statement)]
    return all(index.coefficient(variable) == 1 for index in stores) and has_lanes(*roots)


def has_lanes(*roots) -> bool:
    """Whether the machine has vector instructions for all operations."""
    return not any(
        (node.name in ("div", "rem") and node.kind is not F32)
        or (node.name in ("shl", "shr", "sar") and not isinstance(node.args[1], Const))
        for node in nodes(*roots)
        if isinstance(node, Op)
    )


class Vector(Expressions):
    """Pushes vectors of four values.

    Parameters
    ----------
    variable
        The loop variable that differs from lane to lane; empty in a function.
    lanes
        Local variables that hold vectors; others are repeated in all lanes.
    """

    def __init__(self, emitter, roots, variable: str, lanes=frozenset()):
        super().__init__(emitter, roots)
        self.variable, self.lanes = variable, lanes

    def type_of(self, kind: Kind) -> int:
        return wasm.V128

    def words(self, kind: Kind, *values) -> None:
        """Push a constant vector of one, or of four different, values."""
        values = values if len(values) == LANES else values * LANES
        if kind is F32:
            self.function.v128(struct.pack("<4f", *values))
        else:
            self.function.v128(struct.pack("<4i", *(wasm.wrapped(-v if kind is BOOL else v) for v in map(int, values))))

    def const(self, node: Const) -> None:
        self.words(node.kind, node.value)

    def load(self, node: Load) -> None:
        step = node.index.coefficient(self.variable)
        offset = self.emitter.address(node.buffer, node.index)
        if step == 0:
            self.function.memory("v128.load32_splat", offset)
        elif step == 1:
            self.function.memory("v128.load", offset)
        else:
            self._gather(node, offset, step)
        if node.kind is BOOL:
            self.words(U32, 0)
            self.function.op("i32x4.ne")

    def _gather(self, node: Load, offset: int, step: int) -> None:
        self.function.memory("v128.load32_zero", offset)
        for lane in range(1, LANES):
            self.function.set("gathered", wasm.V128)
            offset = self.emitter.address(node.buffer, node.index + lane * step)
            self.function.get("gathered", wasm.V128)
            self.function.memory("v128.load32_lane", offset, lane)

    def local(self, node: Local) -> None:
        if node.name in self.lanes:
            self.function.get(node.name + " in lanes", wasm.V128)
        elif node.kind is BOOL:
            self.function.i32(0)
            self.function.get(node.name)
            self.function.op("i32.sub")
            self.function.op("i32x4.splat")
        else:
            self.function.get(node.name, wasm.F32 if node.kind is F32 else wasm.I32)
            self.function.op("f32x4.splat" if node.kind is F32 else "i32x4.splat")

    def position(self, node: Position) -> None:
        self.emitter.integer(node.index)
        self.function.op("i32x4.splat")
        step = node.index.coefficient(self.variable)
        if step:
            self.words(U32, 0, step, 2 * step, 3 * step)
            self.function.op("i32x4.add")

    def call(self, node: Call) -> None:
        for arg in node.args:
            self.push(arg)
        self.function.call(node.name)

    def plain(self, node: Op) -> None:
        for arg in node.args:
            self.push(arg)
        self.function.op(instruction(node.name, node.args[0].kind, "x4"))

    def select_(self, node: Op) -> None:
        condition, yes, no = node.args
        for arg in (yes, no, condition):
            self.push(arg)
        self.function.op("v128.bitselect")

    def convert_(self, node: Op) -> None:
        (arg,) = node.args
        self.push(arg)
        if arg.kind is BOOL:
            self.words(node.kind, 1)
            self.function.op("v128.and")
        elif node.kind is BOOL:
            self.words(arg.kind, 0)
            self.function.op(instruction("ne", arg.kind, "x4"))
        elif node.kind is F32:
            self.function.op("f32x4.convert_i32x4_u" if arg.kind is U32 else "f32x4.convert_i32x4_s")
        elif arg.kind is F32:
            self.function.op("i32x4.trunc_sat_f32x4_u" if node.kind is U32 else "i32x4.trunc_sat_f32x4_s")

    def bitcast_(self, node: Op) -> None:
        self.push(node.args[0])

    def shl_(self, node: Op) -> None:
        """Shift all lanes by one constant."""
        self.push(node.args[0])
        self.function.i32(int(node.args[1].value))
        self.function.op(instruction(node.name, node.kind, "x4"))

    shr_ = sar_ = shl_

    def abs_(self, node: Op) -> None:
        if node.kind is U32:
            self.push(node.args[0])
        else:
            self.plain(node)
