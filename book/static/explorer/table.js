/* A source of records: the table computed when the book was built (dlbook/explorers/table.py). */

const BELOW = 1, ABOVE = 2, NAN = 3; // codes after the highest level: -infinity, infinity, not a number
const product = sizes => sizes.reduce((a, b) => a * b, 1);

async function inflate(base64) {
  const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Undo the differences along one axis; the typed array wraps around as NumPy's did. */
function sumAlong(codes, sizes, axis) {
  const stride = product(sizes.slice(axis + 1)), n = sizes[axis];
  for (let i = 0; i < codes.length; i++) if (Math.floor(i / stride) % n) codes[i] += codes[i - stride];
}

function readCodes(bytes, entry) {
  const sizes = [...entry.grid, ...entry.shape], n = product(sizes), wide = entry.levels + NAN > 255;
  const codes = new (wide ? Uint16Array : Uint8Array)(n);
  for (let i = 0; i < n; i++) {
    const folded = wide ? bytes[i] << 8 | bytes[n + i] : bytes[i];
    codes[i] = folded >> 1 ^ -(folded & 1);
  }
  for (const axis of entry.sums) sumAlong(codes, sizes, axis);
  return codes;
}

function decode(code, { levels, log }, low, high) {
  if (code > levels) return [-Infinity, Infinity, NaN][code - levels - BELOW];
  const value = low + code / levels * (high - low);
  return log ? 10 ** value : value;
}

class Table {
  static async open({ entries, data }, sizes) {
    const bytes = await inflate(data), table = new Table();
    let at = 0;
    const take = n => bytes.slice(at, at += n);
    table.sizes = sizes;
    table.entries = Object.entries(entries).map(([name, entry]) => {
      const low = new Float32Array(take(4 * entry.ends).buffer), high = new Float32Array(take(4 * entry.ends).buffer);
      const width = entry.levels + NAN > 255 ? 2 : 1, n = product(entry.grid) * product(entry.shape);
      return { name, low, high, ...entry, codes: readCodes(take(n * width), entry) };
    });
    table.sentences = new TextDecoder().decode(bytes.subarray(at)).split("\n");
    return table;
  }

  ask(positions, arrived) { arrived(this.record(positions), Infinity, true); }

  record(positions) {
    return Object.fromEntries(this.entries.map(entry => [entry.name, this.values(entry, positions)]));
  }

  values(entry, positions) {
    const row = entry.grid.reduce((row, size, axis) => row * size + (size > 1 ? positions[axis] : 0), 0);
    const n = product(entry.shape), end = entry.ends > 1 ? row : 0;
    const codes = entry.codes.subarray(row * n, (row + 1) * n);
    const number = code => decode(code, entry, entry.low[end], entry.high[end]);
    return { shape: entry.shape, data: Float64Array.from(codes, number) };
  }

  sentence(positions) {
    return this.sentences[this.sizes.reduce((row, size, axis) => row * size + positions[axis], 0)];
  }
}
