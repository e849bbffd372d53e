"""The encoder: WebAssembly's binary format, as far as kernels need it.

A `Function` is an assembler for one function: methods append instructions, locals have
names.  `module_bytes` puts functions, memory, exports and initial data into a module.
The numbers are those of the WebAssembly core specification, version 2.
"""

import struct
from collections.abc import Sequence

PAGE = 65536  # bytes
I32, F32, V128 = 0x7F, 0x7D, 0x7B
NO_RESULT = 0x40

PLAIN = {  # instructions of one byte
    "block": 0x02,
    "loop": 0x03,
    "if": 0x04,
    "end": 0x0B,
    "br": 0x0C,
    "br_if": 0x0D,
    "call": 0x10,
    "select": 0x1B,
    "local.get": 0x20,
    "local.set": 0x21,
    "local.tee": 0x22,
    "i32.load": 0x28,
    "f32.load": 0x2A,
    "i32.store": 0x36,
    "f32.store": 0x38,
    "i32.const": 0x41,
    "f32.const": 0x43,
    "i32.eqz": 0x45,
    "i32.eq": 0x46,
    "i32.ne": 0x47,
    "i32.lt_s": 0x48,
    "i32.lt_u": 0x49,
    "i32.gt_s": 0x4A,
    "i32.gt_u": 0x4B,
    "i32.le_s": 0x4C,
    "i32.le_u": 0x4D,
    "i32.ge_s": 0x4E,
    "i32.ge_u": 0x4F,
    "f32.eq": 0x5B,
    "f32.ne": 0x5C,
    "f32.lt": 0x5D,
    "f32.gt": 0x5E,
    "f32.le": 0x5F,
    "f32.ge": 0x60,
    "i32.add": 0x6A,
    "i32.sub": 0x6B,
    "i32.mul": 0x6C,
    "i32.div_s": 0x6D,
    "i32.div_u": 0x6E,
    "i32.rem_s": 0x6F,
    "i32.rem_u": 0x70,
    "i32.and": 0x71,
    "i32.or": 0x72,
    "i32.xor": 0x73,
    "i32.shl": 0x74,
    "i32.shr_s": 0x75,
    "i32.shr_u": 0x76,
    "f32.abs": 0x8B,
    "f32.neg": 0x8C,
    "f32.ceil": 0x8D,
    "f32.floor": 0x8E,
    "f32.trunc": 0x8F,
    "f32.nearest": 0x90,
    "f32.sqrt": 0x91,
    "f32.add": 0x92,
    "f32.sub": 0x93,
    "f32.mul": 0x94,
    "f32.div": 0x95,
    "f32.min": 0x96,
    "f32.max": 0x97,
    "f32.convert_i32_s": 0xB2,
    "f32.convert_i32_u": 0xB3,
    "i32.reinterpret_f32": 0xBC,
    "f32.reinterpret_i32": 0xBE,
}
SATURATING = {"i32.trunc_sat_f32_s": 0x00, "i32.trunc_sat_f32_u": 0x01}  # after the byte 0xFC
SIMD = {  # after the byte 0xFD
    "v128.load": 0x00,
    "v128.load32_splat": 0x09,
    "v128.store": 0x0B,
    "v128.const": 0x0C,
    "i32x4.splat": 0x11,
    "f32x4.splat": 0x13,
    "i32x4.extract_lane": 0x1B,
    "f32x4.extract_lane": 0x1F,
    "i32x4.eq": 0x37,
    "i32x4.ne": 0x38,
    "i32x4.lt_s": 0x39,
    "i32x4.lt_u": 0x3A,
    "i32x4.gt_s": 0x3B,
    "i32x4.gt_u": 0x3C,
    "i32x4.le_s": 0x3D,
    "i32x4.le_u": 0x3E,
    "i32x4.ge_s": 0x3F,
    "i32x4.ge_u": 0x40,
    "f32x4.eq": 0x41,
    "f32x4.ne": 0x42,
    "f32x4.lt": 0x43,
    "f32x4.gt": 0x44,
    "f32x4.le": 0x45,
    "f32x4.ge": 0x46,
    "v128.not": 0x4D,
    "v128.and": 0x4E,
    "v128.or": 0x50,
    "v128.xor": 0x51,
    "v128.bitselect": 0x52,
    "v128.load32_lane": 0x56,
    "v128.load32_zero": 0x5C,
    "f32x4.ceil": 0x67,
    "f32x4.floor": 0x68,
    "f32x4.trunc": 0x69,
    "f32x4.nearest": 0x6A,
    "i32x4.abs": 0xA0,
    "i32x4.neg": 0xA1,
    "i32x4.shl": 0xAB,
    "i32x4.shr_s": 0xAC,
    "i32x4.shr_u": 0xAD,
    "i32x4.add": 0xAE,
    "i32x4.sub": 0xB1,
    "i32x4.mul": 0xB5,
    "i32x4.min_s": 0xB6,
    "i32x4.min_u": 0xB7,
    "i32x4.max_s": 0xB8,
    "i32x4.max_u": 0xB9,
    "f32x4.abs": 0xE0,
    "f32x4.neg": 0xE1,
    "f32x4.sqrt": 0xE3,
    "f32x4.add": 0xE4,
    "f32x4.sub": 0xE5,
    "f32x4.mul": 0xE6,
    "f32x4.div": 0xE7,
    "f32x4.min": 0xE8,
    "f32x4.max": 0xE9,
    "i32x4.trunc_sat_f32x4_s": 0xF8,
    "i32x4.trunc_sat_f32x4_u": 0xF9,
    "f32x4.convert_i32x4_s": 0xFA,
    "f32x4.convert_i32x4_u": 0xFB,
}


def unsigned(n: int) -> bytes:
    """Encode a number as unsigned LEB128: seven bits a byte, the lowest first."""
    encoded = bytearray()
    while n >= 128:
        encoded.append(n & 127 | 128)
        n >>= 7
    return bytes([*encoded, n])


def signed(n: int) -> bytes:
    """Encode a number as signed LEB128: the highest bit of the last seven is the sign."""
    encoded = bytearray()
    while not -64 <= n < 64:
        encoded.append(n & 127 | 128)
        n >>= 7
    return bytes([*encoded, n & 127])


def wrapped(n: int) -> int:
    """Return the signed number with the same 32 bits."""
    return (n & 0xFFFFFFFF) - ((n & 0x80000000) << 1)


class Function:
    """One function under construction.

    Parameters
    ----------
    parameters
        Name and type of each.
    results
        Types of what it leaves on the stack.
    """

    def __init__(self, parameters: Sequence[tuple[str, int]] = (), results: Sequence[int] = ()):
        self.signature = tuple(kind for _, kind in parameters), tuple(results)
        self.locals = {name: (number, kind) for number, (name, kind) in enumerate(parameters)}
        self.code = bytearray()
        self.calls = []  # (place in the code, name of the function called)

    def op(self, name: str, *immediates: int) -> None:
        """Append an instruction with unsigned immediates."""
        if name in PLAIN:
            self.code.append(PLAIN[name])
        elif name in SATURATING:
            self.code += b"\xfc" + unsigned(SATURATING[name])
        else:
            self.code += b"\xfd" + unsigned(SIMD[name])
        for immediate in immediates:
            self.code += unsigned(immediate)

    def i32(self, n: int) -> None:
        self.op("i32.const")
        self.code += signed(wrapped(n))

    def f32(self, x: float | int) -> None:
        self.op("f32.const")
        self.code += struct.pack("<f", x)

    def v128(self, words: bytes) -> None:
        self.op("v128.const")
        self.code += words

    def local(self, name: str, kind: int) -> int:
        """Return the number of a local variable, made at first use."""
        number, known = self.locals.setdefault(name, (len(self.locals), kind))
        assert known == kind, f"local {name} is used with two types"
        return number

    def get(self, name: str, kind: int = I32) -> None:
        self.op("local.get", self.local(name, kind))

    def set(self, name: str, kind: int = I32) -> None:
        self.op("local.set", self.local(name, kind))

    def tee(self, name: str, kind: int = I32) -> None:
        self.op("local.tee", self.local(name, kind))

    def memory(self, name: str, offset: int = 0, *lane: int) -> None:
        """Append a load or store; the address is on the stack, `offset` bytes are added to it."""
        self.op(name, 2, offset, *lane)  # 2: words of four bytes

    def block(self, name: str) -> None:
        """Open a `block`, `loop` or `if`."""
        self.op(name)
        self.code.append(NO_RESULT)

    def call(self, name: str) -> None:
        """Call a function by name; `module_bytes` fills its number in."""
        self.op("call")
        self.calls.append((len(self.code), name))

    def encoded(self, numbers: dict[str, int]) -> bytes:
        """Return the body: locals, then the code with calls resolved."""
        code, last = bytearray(), 0
        for place, name in self.calls:
            code += self.code[last:place] + unsigned(numbers[name])
            last = place
        declared = [unsigned(1) + bytes([kind]) for _, kind in list(self.locals.values())[len(self.signature[0]) :]]
        body = _vector(declared) + code + self.code[last:] + bytes([PLAIN["end"]])
        return unsigned(len(body)) + body


def module_bytes(functions: dict[str, Function], exports: Sequence[str], words: int, data: dict[int, bytes]) -> bytes:
    """Encode a module.

    Parameters
    ----------
    functions
        All functions by name.
    exports
        Names of those that can be called from outside; the memory is exported as `memory`.
    words
        Size of the memory, in words of four bytes.
    data
        Initial contents, by byte address.
    """
    signatures = list(dict.fromkeys(function.signature for function in functions.values()))
    numbers = {name: number for number, name in enumerate(functions)}
    types = [b"\x60" + _vector(_bytes(p)) + _vector(_bytes(r)) for p, r in signatures]
    pages = -(-4 * words // PAGE)
    public = [_name("memory") + b"\x02\x00"] + [_name(name) + b"\x00" + unsigned(numbers[name]) for name in exports]
    segments = [b"\x00\x41" + signed(address) + b"\x0b" + _sized(content) for address, content in data.items()]
    sections = {
        1: _vector(types),
        3: _vector([unsigned(signatures.index(function.signature)) for function in functions.values()]),
        5: _vector([b"\x00" + unsigned(max(1, pages))]),
        7: _vector(public),
        10: _vector([function.encoded(numbers) for function in functions.values()]),
        11: _vector(segments),
    }
    return b"\0asm\x01\0\0\0" + b"".join(bytes([number]) + _sized(body) for number, body in sections.items())


def _vector(items: Sequence[bytes]) -> bytes:
    return unsigned(len(items)) + b"".join(items)


def _sized(content: bytes) -> bytes:
    return unsigned(len(content)) + content


def _name(name: str) -> bytes:
    return _sized(name.encode())


def _bytes(kinds: Sequence[int]) -> list[bytes]:
    return [bytes([kind]) for kind in kinds]
