/* Numbers in words, colours, marks and pictures of arrays. */

const SERIES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];
const PATHS = [1, 0, 3, 2]; // as in the package's plane view
const DASHES = [[], [6, 4], [8, 3, 2, 3], [2, 3]];
const GAP = "not finite";
const isFinite = Number.isFinite;
const inside = (v, [low, high]) => Math.min(Math.max(v, low), high);

/** A number with four digits, or the words for one that is not finite or lies beyond what is drawn. */
function number(value, limits) {
  if (Number.isNaN(value)) return "not a number";
  if (!isFinite(value)) return value > 0 ? "infinite" : "minus infinite";
  if (limits && value > limits[1]) return "above " + limits[1];
  if (limits && value < limits[0]) return "below " + limits[0];
  const rounded = Number(value.toPrecision(4)), size = Math.abs(rounded);
  return size && (size < 1e-4 || size >= 1e6) ? rounded.toExponential() : String(rounded);
}

const polygon = (n, turn, inner = 1) => Array.from({ length: n }, (_, i) => {
  const angle = turn + 2 * Math.PI * i / n, r = i % 2 ? inner : 1;
  return [r * Math.cos(angle), r * Math.sin(angle)];
});
const plus = turn => [-1, 1, 1, -1].flatMap((_, i) => [[1, -.35], [1, .35], [.35, .35]].map(([x, y]) => {
  const a = turn + i * Math.PI / 2;
  return [x * Math.cos(a) - y * Math.sin(a), x * Math.sin(a) + y * Math.cos(a)];
}));
const q = Math.PI / 2; // the package's markers o ^ s D v P X * < >, in this order
const MARKS = [polygon(24, 0), polygon(3, -q), polygon(4, q / 2), polygon(4, 0), polygon(3, q), plus(0), plus(q / 2),
  polygon(10, -q, .45), polygon(3, 2 * q), polygon(3, 0)];

/** Sizes that make the shapes look equally large. */
const markSize = k => [1, 1.3, 1.15, 1.2, 1.3, 1.2, 1.2, 1.5, 1.3, 1.3][k % 10];

function mark(ctx, x, y, kind, radius, fill, edge) {
  const r = radius * markSize(kind);
  ctx.beginPath();
  for (const [dx, dy] of MARKS[kind % MARKS.length]) ctx.lineTo(x + r * dx, y + r * dy);
  ctx.closePath();
  Object.assign(ctx, { fillStyle: fill, strokeStyle: edge, lineWidth: 1 });
  ctx.fill(), ctx.stroke();
}

/** The picture of a colour map at a share from 0 to 1, as red, green and blue. */
function shade(map, share) {
  const at = Math.min(Math.max(share, 0), 1) * (map.length - 1), i = Math.min(Math.floor(at), map.length - 2);
  const rgb = hex => [1, 3, 5].map(k => parseInt(hex.slice(k, k + 2), 16)), a = rgb(map[i]), b = rgb(map[i + 1]);
  return a.map((v, k) => v + (at - i) * (b[k] - v));
}

function bitmap(field, w, h, { map, limits: [low, high] }, upward) {
  const canvas = Object.assign(document.createElement("canvas"), { width: w, height: h });
  const image = new ImageData(w, h), lookup = Array.from({ length: 256 }, (_, i) => [...shade(map, i / 255), 255]);
  for (let i = 0; i < w * h; i++) {
    const share = (field[i] - low) / (high - low), to = upward ? (h - 1 - Math.floor(i / w)) * w + i % w : i;
    if (!Number.isNaN(share)) image.data.set(lookup[Math.round(255 * inside(share, [0, 1]))], 4 * to);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}
