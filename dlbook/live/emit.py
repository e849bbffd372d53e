"""Statements as machine code: loops, addresses, reductions."""

from dlbook.live import wasm
from dlbook.live.ir.expressions import BOOL, F32, U32, Buffer, Const, Expr, Index, Local, Op
from dlbook.live.ir.statements import Assign, Declare, If, Let, Loop, MatMul, Reduce, Store, While, indices
from dlbook.live.lower.reduction import IDENTITY
from dlbook.live.scalar import Scalar
from dlbook.live.simd import LANES, Vector, has_lanes, vectorizable

WORD = 4  # bytes
STATEMENT = {
    Declare: "declare",
    Store: "store",
    Let: "let",
    Assign: "let",
    Loop: "loop",
    Reduce: "reduce",
    While: "while_",
    If: "if_",
    MatMul: "matmul",
}


class Emitter:
    """Writes the statements of one function.

    Parameters
    ----------
    addresses
        Where the memory plan put each buffer, in words.
    parameters
        Name and type of the function's parameters.
    """

    def __init__(self, addresses: dict[Buffer, int], parameters=(), results=()):
        self.addresses, self.function = addresses, wasm.Function(parameters, results)
        self.inner = ""  # the variable of the innermost loop, while its body is written
        self.bases = {}  # parts of addresses that this loop does not change, and where they are kept

    def statements(self, block) -> None:
        for statement in block:
            getattr(self, STATEMENT[type(statement)])(statement)

    # Addresses

    def address(self, buffer: Buffer, index: Index) -> int:
        """Push an address; return the constant number of bytes that the instruction must add.

        The machine adds that constant without wrapping around, so that it can only be
        used where no term is negative.
        """
        constant = WORD * (self.addresses[buffer] + index.constant)
        immediate = constant >= 0 and all(coefficient >= 0 for _, coefficient in index.terms)
        self._terms(index, WORD)
        if not immediate:
            self.function.i32(constant)
            self.function.op("i32.add")
        return constant if immediate else 0

    def _terms(self, index: Index, scale: int) -> None:
        """Push the sum of the terms of an index, times `scale`."""
        rest = index.without(self.inner)
        pushed = bool(rest.terms)
        if scale == WORD and rest.terms in self.bases:
            self.function.get(self.bases[rest.terms])
        else:
            for number, (name, coefficient) in enumerate(rest.terms):
                self._scaled(name, coefficient * scale)
                if number:
                    self.function.op("i32.add")
        if index.coefficient(self.inner):
            self._scaled(f"{self.inner} in bytes", index.coefficient(self.inner))
            if scale == 1:
                self.function.i32(2)
                self.function.op("i32.shr_s")
            if pushed:
                self.function.op("i32.add")
        elif not pushed:
            self.function.i32(0)

    def _scaled(self, name: str, factor: int) -> None:
        self.function.get(name)
        if factor != 1:
            self.function.i32(factor)
            self.function.op("i32.mul")

    def integer(self, index: Index) -> None:
        """Push the value of an index."""
        self._terms(index, 1)
        if index.constant:
            self.function.i32(index.constant)
            self.function.op("i32.add")

    # Statements

    def declare(self, statement: Declare) -> None:
        """The memory plan has seen it; nothing happens when the kernel runs."""

    def store(self, statement: Store) -> None:
        offset = self.address(statement.buffer, statement.index)
        Scalar(self, [statement.value]).push(statement.value)
        self.function.memory("f32.store" if statement.value.kind is F32 else "i32.store", offset)

    def let(self, statement: Let | Assign) -> None:
        expressions = Scalar(self, [statement.value])
        expressions.push(statement.value)
        self.function.set(statement.name, expressions.type_of(statement.value.kind))

    def if_(self, statement: If) -> None:
        Scalar(self, [statement.condition]).push(statement.condition)
        self.function.block("if")
        self.statements(statement.body)
        self.function.op("end")

    def while_(self, statement: While) -> None:
        self.function.block("block")
        self.function.block("loop")
        self.statements(statement.head)
        Scalar(self, [statement.condition]).push(statement.condition)
        self.function.op("i32.eqz")
        self.function.op("br_if", 1)
        self.statements(statement.body)
        self.function.op("br", 0)
        self.function.op("end")
        self.function.op("end")

    def loop(self, loop: Loop) -> None:
        if all(isinstance(statement, Store | Let) for statement in loop.body):
            self.innermost(loop)
        else:
            self.count(loop.variable, 0, loop.extent, 1, lambda: self.statements(loop.body))

    def count(self, variable: str, start: int | None, stop: int, step: int, body) -> None:
        """Run the body for `variable` = start, start + step … below stop; None: go on from where it is."""
        if start is not None:
            self.function.i32(start)
            self.function.set(variable)
        self.function.block("loop")
        body()
        self.function.get(variable)
        self.function.i32(step)
        self.function.op("i32.add")
        self.function.tee(variable)
        self.function.i32(stop)
        self.function.op("i32.lt_s")
        self.function.op("br_if", 0)
        self.function.op("end")

    def innermost(self, loop: Loop) -> None:
        """Write a loop without loops inside: four rounds at once while it can, then one by one."""
        vector = loop.parallel and vectorizable(loop.body, loop.variable)

        def four():
            lanes = set()
            for statement in loop.body:
                self._in_lanes(statement, loop.variable, lanes)

        self._stripes(loop, loop.body, four if vector else None, lambda: self.statements(loop.body))

    def _stripes(self, loop: Loop | Reduce, body, four, one) -> None:
        """Run `four` for the first multiple of four rounds if it is given, and `one` for each of the others."""
        counter, whole = f"{loop.variable} in bytes", loop.extent // LANES * LANES if four else 0
        self._keep_bases(loop.variable, body)
        if whole:
            self.count(counter, 0, WORD * whole, WORD * LANES, four)
        if whole < loop.extent:
            self.count(counter, None if whole else 0, WORD * loop.extent, WORD, one)
        self.inner, self.bases = "", {}

    def _keep_bases(self, variable: str, body) -> None:
        """Compute, ahead of a loop, the parts of addresses that do not change in it."""
        computed = {statement.name for statement in body if isinstance(statement, Let)}
        bases = {}
        for rest in dict.fromkeys(i.without(variable).terms for statement in body for i in indices(statement)):
            if rest and not computed & {name for name, _ in rest}:
                self._terms(Index(rest), WORD)
                bases[rest] = f"base {len(bases)}"
                self.function.set(bases[rest])
        self.inner, self.bases = variable, bases

    def _in_lanes(self, statement: Store | Let, variable: str, lanes: set[str]) -> None:
        if isinstance(statement, Let):
            Vector(self, [statement.value], variable, lanes).push(statement.value)
            self.function.set(statement.name + " in lanes", wasm.V128)
            lanes.add(statement.name)
            return
        offset = self.address(statement.buffer, statement.index)
        value = Vector(self, [statement.value], variable, lanes)
        value.push(statement.value)
        if statement.value.kind is BOOL:
            value.words(U32, 1)
            self.function.op("v128.and")
        self.function.memory("v128.store", offset)

    def reduce(self, fold: Reduce) -> None:
        """Fold in four lanes, then the lanes, then the rounds that are left."""
        kind, total = fold.value.kind, Local(fold.value.kind, fold.accumulator)
        vector = fold.extent >= 2 * LANES and kind is not BOOL and has_lanes(fold.value)
        lanes = Local(kind, fold.accumulator + " four")

        def combine(a: Expr, b: Expr) -> Expr:
            return Op(fold.operation, kind, (a, b))

        def four():
            self._in_lanes(Let(lanes.name, combine(lanes, fold.value)), fold.variable, {lanes.name})

        def one():
            self.let(Assign(total.name, combine(total, fold.value)))

        if vector:
            self._in_lanes(Let(lanes.name, Const(kind, IDENTITY[fold.operation][kind])), fold.variable, set())
        body = [Let(total.name, fold.value)]
        self._stripes(fold, body, four if vector else None, one)
        if vector:
            for lane in range(LANES):
                self.function.get(lanes.name + " in lanes", wasm.V128)
                self.function.op("f32x4.extract_lane" if kind is F32 else "i32x4.extract_lane", lane)
                self.function.set(lanes.name, wasm.F32 if kind is F32 else wasm.I32)
                self.let(Assign(total.name, combine(total, lanes)))

    def matmul(self, product: MatMul) -> None:
        for buffer, index in (product.a, product.b, product.c):
            offset = self.address(buffer, index)
            self.function.i32(offset)
            self.function.op("i32.add")
        for stride in product.strides:
            self.function.i32(WORD * stride)
        for size in product.sizes:
            self.function.i32(size)
        self.function.call("matmul")


def library_function(definition) -> wasm.Function:
    """Write a function of vectors from its definition in `functions.LIBRARY`."""
    parameters = [(f"{name} in lanes", wasm.V128) for name in definition.names]
    emitter = Emitter({}, parameters, [wasm.V128])
    Vector(emitter, [definition.body], "", set(definition.names)).push(definition.body)
    return emitter.function
