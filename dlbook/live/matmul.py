"""The matrix product that all dots and convolutions share.

c[m, n] = a[m, k] b[k, n] in tiles that stay in registers: four rows and eight columns
where there is room, then fewer.  In a tile, each step along k loads eight neighbours of b
once and multiplies them by one element of each of the four rows of a.
"""

from dlbook.live.wasm import F32, I32, V128, Function

ROWS, LANES, WORD = 4, 4, 4
PARAMETERS = ("a", "b", "c", "a row", "a column", "b row", "c row", "m", "n", "k")  # addresses and strides in bytes


def matmul() -> Function:
    """Write the function: rows of tiles of four rows, then of one."""
    code = Function([(name, I32) for name in PARAMETERS])
    code.i32(0)
    code.set("i")
    for rows in (ROWS, 1):
        _while_fits(code, "i", rows, "m", lambda rows=rows: _band(code, rows))
    return code


def _while_fits(code: Function, counter: str, step: int, limit: str, body) -> None:
    """Run the body while counter + step <= limit; the body advances the counter."""
    code.block("block")
    code.block("loop")
    code.get(counter)
    code.i32(step)
    code.op("i32.add")
    code.get(limit)
    code.op("i32.gt_s")
    code.op("br_if", 1)
    body()
    code.op("br", 0)
    code.op("end")
    code.op("end")


def _advance(code: Function, counter: str, step: int | str, times: int = 1) -> None:
    """Add a constant, or a multiple of a local, to a local."""
    code.get(counter)
    if isinstance(step, str):
        code.get(step)
        if times != 1:
            code.i32(times)
            code.op("i32.mul")
    else:
        code.i32(step)
    code.op("i32.add")
    code.set(counter)


def _band(code: Function, rows: int) -> None:
    """Write all tiles of some rows of c, the widest first."""
    code.i32(0)
    code.set("j")
    for vectors in (2, 1, 0):
        columns = max(1, vectors * LANES)
        _while_fits(
            code, "j", columns, "n", lambda vectors=vectors, columns=columns: _tile(code, rows, vectors, columns)
        )
    _advance(code, "a", "a row", rows)
    _advance(code, "c", "c row", rows)
    _advance(code, "i", rows)


def _tile(code: Function, rows: int, vectors: int, columns: int) -> None:
    """Write one tile of `rows` by `columns`: `vectors` of four columns, or a single one if there are none."""
    kind, count = (V128, vectors) if vectors else (F32, 1)
    for row in range(rows):
        _clear(code, row, kind, count)
    _pointers(code, rows)
    code.get("k")
    code.set("left")
    code.block("loop")
    _step(code, rows, kind, count)
    _advance(code, "left", -1)
    code.get("left")
    code.op("br_if", 0)
    code.op("end")
    _write_back(code, rows, kind, count)
    _advance(code, "j", columns)


def _clear(code: Function, row: int, kind: int, count: int) -> None:
    for column in range(count):
        if kind == V128:
            code.v128(bytes(16))
        else:
            code.f32(0.0)
        code.set(f"sum {kind} {row} {column}", kind)


def _pointers(code: Function, rows: int) -> None:
    """Point at the start of each row of a, and at the tile's columns in the first row of b."""
    for row in range(rows):
        code.get("a")
        code.set(f"a {row}")
        if row:
            _advance(code, f"a {row}", "a row", row)
    code.get("b")
    code.set("b here")
    _advance(code, "b here", "j", WORD)


def _step(code: Function, rows: int, kind: int, count: int) -> None:
    """Add the products of one column of a and one row of b, and move on along k."""
    load_b, load_a, shape = (
        ("v128.load", "v128.load32_splat", "f32x4") if kind == V128 else ("f32.load", "f32.load", "f32")
    )
    for column in range(count):
        code.get("b here")
        code.memory(load_b, LANES * WORD * column)
        code.set(f"b {kind} {column}", kind)
    for row in range(rows):
        code.get(f"a {row}")
        code.memory(load_a)
        code.set(f"x {kind}", kind)
        for column in range(count):
            code.get(f"sum {kind} {row} {column}", kind)
            code.get(f"x {kind}", kind)
            code.get(f"b {kind} {column}", kind)
            code.op(f"{shape}.mul")
            code.op(f"{shape}.add")
            code.set(f"sum {kind} {row} {column}", kind)
        _advance(code, f"a {row}", "a column")
    _advance(code, "b here", "b row")


def _write_back(code: Function, rows: int, kind: int, count: int) -> None:
    code.get("c")
    code.set("c here")
    _advance(code, "c here", "j", WORD)
    for row in range(rows):
        for column in range(count):
            code.get("c here")
            code.get(f"sum {kind} {row} {column}", kind)
            code.memory("v128.store" if kind == V128 else "f32.store", LANES * WORD * column)
        _advance(code, "c here", "c row")
