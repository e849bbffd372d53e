/* Interactive figures of the book.  Each <figure class="dl-explorer"> carries a still picture and, as JSON, its
   controls, its views and a source of records.  A source answers record(positions) and sentence(positions), where
   positions are those of the controls; here it is a table computed when the book was built. */
(() => {
"use strict";

// ---- the table of records ------------------------------------------------------------------------------------------

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

// ---- numbers, colours, marks ---------------------------------------------------------------------------------------

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

// ---- axes ----------------------------------------------------------------------------------------------------------

function ends(values, log) {
  const known = values.filter(v => isFinite(v) && (!log || v > 0)).map(v => log ? Math.log10(v) : v);
  let low = Math.min(...known), high = Math.max(...known);
  if (!known.length) [low, high] = [0, 1];
  const flat = high - low <= 1e-6 * Math.abs(high), room = flat ? .5 * Math.abs(high) || .5 : .05 * (high - low);
  return [low - room, high + room].map(v => log ? 10 ** v : v);
}

function ticks(low, high, room) {
  const raw = (high - low) / Math.max(room, 1), power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find(m => m * power >= raw) * power, list = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) list.push(i * step);
  return list.map(v => [v, String(Number(v.toPrecision(6))).replace("-", "−")]);
}

function logTicks(low, high, room) {
  const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9), list = [];
  const step = Math.max(1, Math.ceil((last - first) / room));
  const raised = e => [...String(e)].map(d => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(d)]).join("");
  for (let e = first; e <= last; e += step) list.push([10 ** e, "10" + raised(e)]);
  return list.length > 1 ? list : ticks(low, high, room);
}

class Axes {
  constructor(pen, view, xlim, ylim, log = "") {
    const { ctx, width, height } = pen;
    Object.assign(this, { pen, ctx, view, xlim, ylim });
    this.logs = [log.includes("x"), log.includes("y")];
    this.bottom = height - (view.xlabel ? 38 : 22);
    this.yticks = this.list(1, ylim, (this.bottom - 8) / 32);
    const widest = Math.max(0, ...this.yticks.map(([, text]) => ctx.measureText(text).width));
    this.left = Math.ceil(widest) + (view.ylabel ? 28 : 10);
    this.right = width - 10, this.top = 8;
    this.x = this.scale(0, xlim, this.left, this.right), this.y = this.scale(1, ylim, this.bottom, this.top);
  }

  list(axis, [low, high], room) { return (this.logs[axis] ? logTicks : ticks)(low, high, room); }

  scale(axis, [low, high], from, to) {
    const f = this.logs[axis] ? Math.log10 : v => v;
    return v => from + (f(v) - f(low)) / (f(high) - f(low)) * (to - from);
  }

  line(x0, y0, x1, y1) { this.ctx.beginPath(), this.ctx.moveTo(x0, y0), this.ctx.lineTo(x1, y1), this.ctx.stroke(); }

  frame(xticks = this.list(0, this.xlim, (this.right - this.left) / 60), grid = true) {
    const { ctx, pen, left, right, top, bottom } = this;
    Object.assign(ctx, { fillStyle: pen.colour("muted"), strokeStyle: pen.colour("grid"), lineWidth: 1 });
    ctx.textAlign = "center";
    for (const [v, text] of xticks) {
      if (grid) this.line(this.x(v), top, this.x(v), bottom);
      ctx.fillText(text, this.x(v), bottom + 15);
    }
    ctx.textAlign = "right";
    for (const [v, text] of this.yticks) {
      if (grid) this.line(left, this.y(v), right, this.y(v));
      ctx.fillText(text, left - 5, this.y(v) + 4);
    }
    ctx.strokeStyle = pen.colour("muted");
    this.line(left, bottom, right, bottom), this.line(left, top, left, bottom);
    this.labels();
  }

  labels() {
    const { ctx, pen, view, left, right, top, bottom } = this;
    Object.assign(ctx, { fillStyle: pen.colour("ink"), textAlign: "center" });
    ctx.fillText(view.xlabel || "", (left + right) / 2, bottom + 32);
    ctx.save(), ctx.translate(12, (top + bottom) / 2), ctx.rotate(-q);
    ctx.fillText(view.ylabel || "", 0, 0), ctx.restore();
  }

  clipped(draw) {
    const { ctx, left, right, top, bottom } = this;
    ctx.save(), ctx.beginPath(), ctx.rect(left, top - 1, right - left, bottom - top + 2), ctx.clip();
    draw(), ctx.restore();
  }

  /** A polyline with a gap wherever a number is not finite. */
  polyline(xs, ys, style) {
    Object.assign(this.ctx, { lineJoin: "round", ...style }).setLineDash(style.dash || []);
    this.ctx.beginPath();
    let down = false;
    xs.forEach((x, i) => {
      const px = this.x(x), py = this.y(ys[i]), known = isFinite(px) && isFinite(py);
      if (known) this.ctx[down ? "lineTo" : "moveTo"](px, py);
      down = known;
    });
    this.ctx.stroke(), this.ctx.setLineDash([]);
  }

  say(text) {
    Object.assign(this.ctx, { fillStyle: this.pen.colour("ink"), textAlign: "right" });
    this.ctx.fillText(text, this.right - 4, this.top + 12);
  }
}

// ---- views: each draws, and returns [names and values for the legend], and lists its numbers ------------------------

const spaced = (n, [low, high]) => Array.from({ length: n }, (_, i) => low + (high - low) * i / Math.max(n - 1, 1));
const places = n => spaced(Math.min(n, 5), [0, n - 1]).map(Math.round);
const pairs = ({ data }) => Array.from({ length: data.length / 2 }, (_, i) => [data[2 * i], data[2 * i + 1]]);

function curves(view, read, frame) {
  return view.names.map((name, i) => {
    const y = [...read("y" + i).data];
    const x = view.slots.x ? [...read("x").data] : spaced(y.length, view.span || [0, y.length - 1]);
    const follows = frame && y.length === frame.count && !read("y" + i).framed;
    return { name, x, y, last: follows ? frame.position : y.length - 1, follows };
  });
}

const curve = {
  draw(pen, view, read, frame) {
    const list = curves(view, read, frame), of = name => view.slots[name] ? [...read(name).data] : [];
    const dots = { x: of("px"), y: of("py") };
    const span = k => view[k + "lim"] || ends([...list.flatMap(c => c[k]), ...dots[k]], view.log.includes(k));
    const axes = new Axes(pen, view, span("x"), span("y"), view.log);
    axes.frame();
    axes.clipped(() => {
      list.forEach((c, i) => this.line(axes, c, pen.series(i), DASHES[i % 4]));
      this.dots(axes, pen, dots);
    });
    if (list.some(c => !c.y.every(isFinite))) axes.say(GAP);
    return list.length > 1 || list[0].follows ? list.map((c, line) => ({ text: c.name, value: this.value(c, view), line })) : [];
  },
  value: (c, view) => c.follows ? number(c.y[c.last], view.ylim) : "",
  dots(axes, pen, { x, y }) {
    const radius = x.length > 5 ? 2.5 : 5;
    x.forEach((_, i) => mark(pen.ctx, axes.x(x[i]), axes.y(y[i]), 0, radius, pen.colour("muted"), pen.colour("surface")));
  },
  line(axes, { x, y, last, follows }, colour, dash) {
    const style = { strokeStyle: colour, lineWidth: 2, dash };
    if (!follows) return axes.polyline(x, y, style);
    axes.ctx.globalAlpha = .3, axes.polyline(x, y, style), axes.ctx.globalAlpha = 1;
    axes.polyline(x.slice(0, last + 1), y.slice(0, last + 1), style);
    if (isFinite(y[last])) mark(axes.ctx, axes.x(x[last]), axes.y(y[last]), 0, 4.5, colour, axes.pen.colour("surface"));
  },
  numbers(view, read, frame) {
    const list = curves(view, read, frame), row = (a, limits) => places(a.length).map(i => number(a[i], limits));
    return [[view.xlabel || "x", row(list[0].x)], ...list.map(c => [c.name, row(c.y, view.ylim)])];
  },
};

const bars = {
  draw(pen, view, read) {
    const { data } = read("values"), ylim = view.ylim || ends([...data, 0]);
    const axes = new Axes(pen, view, [-.5, data.length - .5], ylim);
    axes.frame(view.labels.map((label, i) => [i, label]), false);
    const zero = axes.y(inside(0, axes.ylim)), half = .38 * (axes.x(1) - axes.x(0));
    data.forEach((v, i) => {
      const x = axes.x(i), y = axes.y(isFinite(v) ? inside(v, axes.ylim) : 0);
      pen.ctx.fillStyle = pen.series(0);
      pen.ctx.fillRect(x - half, Math.min(y, zero), 2 * half, Math.abs(y - zero));
      Object.assign(pen.ctx, { fillStyle: pen.colour("ink"), textAlign: "center" });
      pen.ctx.fillText(isFinite(v) ? v.toFixed(view.digits) : number(v), x, v < 0 ? y + 14 : Math.max(y - 5, 12));
    });
    return [];
  },
  numbers: (view, read) => view.labels.map((label, i) => [label, [number(read("values").data[i])]]),
};

/** Segments of a contour: where it crosses the edges of each cell. */
function contour(field, w, h, level, segment) {
  for (let r = 0; r < h - 1; r++) for (let c = 0; c < w - 1; c++) {
    const corners = [[c, r], [c + 1, r], [c + 1, r + 1], [c, r + 1]], cuts = [];
    corners.forEach(([x, y], k) => {
      const [u, v] = corners[(k + 1) % 4], a = field[y * w + x] - level, b = field[v * w + u] - level;
      const share = a / (a - b);
      if (a < 0 !== b < 0 && isFinite(share)) cuts.push([x + share * (u - x), y + share * (v - y)]);
    });
    for (let k = 0; k + 1 < cuts.length; k += 2) segment(cuts[k], cuts[k + 1]);
  }
}

function classes(axes, pen, points, labels, series, edge) {
  points.forEach(([x, y], i) => {
    const k = Math.round(labels ? labels[i] : 0);
    if (isFinite(x + y)) mark(pen.ctx, axes.x(x), axes.y(y), k, 3.6, series(k), edge);
  });
}

const plane = {
  draw(pen, view, read, frame) {
    const [left, right, bottom, top] = view.extent, axes = new Axes(pen, view, [left, right], [bottom, top]);
    axes.clipped(() => {
      this.field(axes, pen, view, read("field"));
      if (view.slots.points) classes(axes, pen, pairs(read("points")), read("labels").data, k => SERIES[k % 7], "#ffffff");
      view.paths.forEach((_, i) => this.path(axes, pen, this.visible(read("path" + i), frame), SERIES[PATHS[i % 4]]));
    });
    axes.frame(undefined, false);
    if (!read("field").data.some(isFinite)) axes.say(GAP);
    return [...(view.paths.length > 1 ? view.paths.map((text, i) => ({ text, colour: SERIES[PATHS[i % 4]] })) : []),
      ...view.classes.map((text, mark) => ({ text, mark, colour: SERIES[mark % 7] }))];
  },
  field(axes, pen, view, { shape: [h, w], data }) {
    const dx = (axes.right - axes.left) / (w - 1), dy = (axes.bottom - axes.top) / (h - 1), { ctx } = pen;
    ctx.drawImage(bitmap(data, w, h, view, true), axes.left - dx / 2, axes.top - dy / 2, w * dx, h * dy);
    Object.assign(ctx, { strokeStyle: "#222222", lineWidth: 1 });
    for (const level of view.contours) contour(data, w, h, level, ([x0, y0], [x1, y1]) =>
      axes.line(axes.left + x0 * dx, axes.bottom - y0 * dy, axes.left + x1 * dx, axes.bottom - y1 * dy));
  },
  visible(part, frame) {
    const list = pairs(part);
    return frame && !part.framed && list.length === frame.count ? list.slice(0, frame.position + 1) : list;
  },
  path(axes, pen, list, colour) {
    const xs = list.map(p => p[0]), ys = list.map(p => p[1]), known = list.filter(p => isFinite(p[0] + p[1]));
    axes.polyline(xs, ys, { strokeStyle: "#ffffffb3", lineWidth: 4 });
    axes.polyline(xs, ys, { strokeStyle: colour, lineWidth: 2 });
    if (!known.length) return;
    const [x0, y0] = known[0], [x1, y1] = known[known.length - 1];
    mark(pen.ctx, axes.x(x0), axes.y(y0), 0, 4, "#ffffff", colour);
    mark(pen.ctx, axes.x(x1), axes.y(y1), 7, 6, colour, "#ffffff");
  },
  numbers(view, read, frame) {
    const { shape: [h, w], data } = read("field");
    const at = (name, r, c) => [name, [number(inside(data[r * w + c], view.limits))]];
    const place = p => `(${number(p[0])}, ${number(p[1])})`;
    return [at("bottom left", 0, 0), at("bottom right", 0, w - 1), at("centre", h >> 1, w >> 1),
      at("top left", h - 1, 0), at("top right", h - 1, w - 1),
      ...view.paths.map((name, i) => {
        const path = this.visible(read("path" + i), frame);
        return [name + ", start and end", [place(path[0]), place(path[path.length - 1])]];
      })];
  },
};

const scatter = {
  draw(pen, view, read) {
    const list = pairs(read("points")), e = view.extent, column = k => list.map(p => p[k]);
    const axes = new Axes(pen, view, e ? e.slice(0, 2) : ends(column(0)), e ? e.slice(2) : ends(column(1)));
    axes.frame();
    axes.clipped(() => classes(axes, pen, list, read("labels")?.data, k => pen.series(k), pen.colour("surface")));
    if (!list.flat().every(isFinite)) axes.say(GAP);
    return view.classes.map((text, mark) => ({ text, mark }));
  },
  numbers(view, read) {
    const groups = new Map(), labels = read("labels")?.data;
    pairs(read("points")).forEach((point, i) => {
      const k = Math.round(labels ? labels[i] : 0);
      groups.set(k, [...groups.get(k) || [], point]);
    });
    const mean = (list, c) => number(list.reduce((sum, point) => sum + point[c], 0) / list.length);
    const row = ([k, list]) => [`${view.classes[k] || "class " + k}, mean of ${list.length}`, [mean(list, 0), mean(list, 1)]];
    return [...groups].sort((a, b) => a[0] - b[0]).map(row);
  },
};

const images = {
  draw(pen, view, read) {
    const { shape: [n, h, w], data } = read("images"), words = this.captions(view, read);
    const columns = view.columns || this.columns(n);
    const rows = Math.ceil(n / columns), foot = words ? 15 : 0, gap = 5, { ctx } = pen;
    const side = Math.min((pen.width - gap) / columns - gap, 96), left = (pen.width - columns * (side + gap)) / 2;
    pen.begin(gap + rows * (side + gap + foot));
    Object.assign(ctx, { imageSmoothingEnabled: false, textAlign: "center" });
    for (let i = 0; i < n; i++) {
      const x = left + i % columns * (side + gap), y = gap + Math.floor(i / columns) * (side + gap + foot);
      ctx.fillStyle = "#cccccc", ctx.fillRect(x, y, side, side);
      ctx.drawImage(bitmap(data.subarray(i * w * h, (i + 1) * w * h), w, h, view, false), x, y, side, side);
      ctx.fillStyle = pen.colour("muted");
      if (words) ctx.fillText(words[i], x + side / 2, y + side + 12);
    }
    ctx.imageSmoothingEnabled = true;
    return [];
  },
  columns(n) {
    const root = Math.ceil(Math.sqrt(n));
    for (let c = root; c <= 2 * Math.sqrt(n); c++) if (n % c === 0) return c;
    return root;
  },
  captions: (view, read) => view.captions || (view.slots.captions ? [...read("captions").data].map(number) : null),
  numbers(view, read) {
    const { shape: [n], data } = read("images"), words = this.captions(view, read), size = data.length / n;
    const mean = i => data.subarray(i * size, (i + 1) * size).reduce((sum, v) => sum + v, 0) / size;
    const name = i => `image ${i + 1} ${words ? words[i] : ""}`.trim() + ", mean";
    return Array.from({ length: Math.min(n, 12) }, (_, i) => [name(i), [number(mean(i))]]);
  },
};

const KINDS = { curve, bars, plane, scatter, images };

// ---- the figure ----------------------------------------------------------------------------------------------------

/** Make an element: make("p", { className: "x" }, "words", child, ...). */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** What a view draws with: a canvas as sharp as the screen, and the colours of the page's theme. */
class Pen {
  constructor(figure, canvas) { Object.assign(this, { figure, canvas, ctx: canvas.getContext("2d") }); }

  begin(height) {
    const { canvas, ctx } = this, ratio = window.devicePixelRatio || 1;
    if (height) canvas.style.height = height + "px";
    this.width = canvas.clientWidth, this.height = canvas.clientHeight;
    canvas.width = this.width * ratio, canvas.height = this.height * ratio;
    this.style = getComputedStyle(this.figure);
    ctx.scale(ratio, ratio);
    ctx.font = "12px " + this.style.fontFamily;
  }

  colour(name) { return this.style.getPropertyValue("--dl-" + name).trim() || "#444444"; }
  series(i) { return this.style.getPropertyValue(`--dl-series-${i % 7}`).trim() || SERIES[i % 7]; }
}

/** The swatch of a legend: a dashed line, a plain line in a colour, or a marker. */
function swatch(pen, { mark: kind, line = 0, colour }) {
  const canvas = make("canvas", { className: "dl-swatch", ariaHidden: "true" }), ratio = window.devicePixelRatio || 1;
  const ctx = canvas.getContext("2d"), drawn = colour || pen.series(kind ?? line);
  canvas.width = 22 * ratio, canvas.height = 12 * ratio;
  ctx.scale(ratio, ratio);
  if (kind !== undefined) mark(ctx, 11, 6, kind, 4, drawn, pen.colour("surface"));
  else {
    Object.assign(ctx, { strokeStyle: drawn, lineWidth: 2.5 }).setLineDash(DASHES[line % 4]);
    ctx.moveTo(0, 6), ctx.lineTo(22, 6), ctx.stroke();
  }
  return canvas;
}

function numberTable(caption, rows) {
  const row = ([name, cells]) => make("tr", {}, make("th", { scope: "row" }, name), ...cells.map(cell => make("td", {}, cell)));
  return make("table", {}, make("caption", {}, caption), make("tbody", {}, ...rows.map(row)));
}

class Explorer {
  constructor(figure, spec, source, constants) {
    Object.assign(this, { figure, spec, source, constants: constants.record([]) });
    this.positions = spec.controls.map(control => control.start);
    const count = spec.frames?.texts.length;
    this.frame = count && { position: count - 1, count };
    this.build();
    this.restore();
    this.draw();
    this.watch();
  }

  build() {
    this.inputs = this.spec.controls.map((control, i) => this.control(control, i));
    this.views = this.spec.views.map(view => this.view(view));
    this.details = make("details", { className: "dl-numbers" }, make("summary", {}, "Numbers"), make("div"));
    this.details.addEventListener("toggle", () => this.tabulate());
    this.summary = this.figure.querySelector(".dl-summary");
    this.summary.setAttribute("aria-live", "polite");
    const controls = make("div", { className: "dl-controls" }, ...this.inputs.map(input => input.parentNode));
    if (this.frame) controls.append(this.player());
    const views = make("div", { className: "dl-views" }, ...this.views.map(view => view.box));
    this.figure.querySelector(".dl-still").before(make("div", { className: "dl-live" }, controls, views));
    this.summary.after(this.details);
    this.figure.classList.add("dl-ready");
  }

  control({ name, kind, label, unit, texts, start }, i) {
    const option = (text, value) => make("option", { value, selected: value === start }, text + (unit && " " + unit));
    const input = kind === "range" ? this.slider(texts.length - 1, start) : make("select", {}, ...texts.map(option));
    input.addEventListener("input", () => this.move(i, Number(input.value)));
    this.labelled(name, label, input);
    return input;
  }

  slider(max, value) { return make("input", { type: "range", min: 0, max, step: 1, value }); }

  /** A label, its input and, for a slider, the value in words (which a screen reader hears from the slider itself). */
  labelled(name, label, input) {
    input.id = `${this.spec.id}-${name}`;
    const words = make("label", { htmlFor: input.id }, label), value = make("output", { htmlFor: input.id, ariaLive: "off" });
    return make("div", { className: "dl-control" }, words, input, ...(input.type === "range" ? [value] : []));
  }

  player() {
    const button = (textContent, onclick) => make("button", { type: "button", textContent, onclick });
    const last = this.frame.count - 1, leap = choose => () => { this.pause(); this.show(choose(this.frame.position)); };
    this.playing = button("Play", () => this.timer ? this.pause() : this.play());
    this.scrub = this.slider(last, last);
    this.scrub.addEventListener("input", leap(() => Number(this.scrub.value)));
    const step = button("Step", leap(position => position < last ? position + 1 : 0)), reset = button("Reset", leap(() => 0));
    const { name } = this.spec.frames;
    return make("div", { className: "dl-player" }, this.playing, step, reset, this.labelled(name, name, this.scrub));
  }

  view(spec) {
    const canvas = make("canvas"), legend = make("div", { className: "dl-legend" });
    canvas.setAttribute("role", "img"), canvas.setAttribute("aria-label", spec.title);
    const box = make("div", { className: "dl-view" }, make("p", { className: "dl-title" }, spec.title), canvas, legend);
    return { spec, box, legend, pen: new Pen(this.figure, canvas), read: name => this.read(spec.slots[name]) };
  }

  move(i, position) {
    this.positions[i] = position;
    this.draw();
    this.share();
  }

  show(position) {
    this.frame.position = position;
    this.draw();
    this.share();
  }

  play() {
    const last = this.frame.count - 1, slow = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.frame.position === last) this.frame.position = -1;
    const next = () => {
      this.frame.position += 1, this.draw();
      if (this.frame.position >= last) this.pause(), this.share();
    };
    this.timer = setInterval(next, slow ? 1000 : Math.max(60, Math.min(200, 4000 / last)));
    this.playing.textContent = "Pause";
    next();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null, this.playing.textContent = "Play";
  }

  /** Return the part of the present record that a view's slot shows. */
  read(slot) {
    if (!slot) return null;
    const { shape, data } = this.record[slot.entry] || this.constants[slot.entry], framed = shape.length > slot.rank;
    if (!framed) return { shape, data, framed };
    const n = product(shape.slice(1)), at = this.frame.position;
    return { shape: shape.slice(1), data: data.subarray(at * n, (at + 1) * n), framed };
  }

  draw() {
    this.record = this.source.record(this.positions);
    this.label();
    for (const { spec, legend, pen, read } of this.views) {
      pen.begin();
      const items = KINDS[spec.kind].draw(pen, spec, read, this.frame);
      const entry = item => make("span", {}, swatch(pen, item), `${item.text} ${item.value || ""}`);
      legend.replaceChildren(...items.map(entry));
    }
    this.tabulate();
    this.figure.dispatchEvent(new CustomEvent("dl-draw", { detail: { record: this.record } }));
  }

  tabulate() {
    if (!this.details.open) return;
    const rows = ({ spec, read }) => KINDS[spec.kind].numbers(spec, read, this.frame);
    const tables = this.views.map(view => numberTable(view.spec.caption || view.spec.title, rows(view)));
    this.details.lastChild.replaceChildren(...tables);
  }

  label() {
    this.inputs.forEach((input, i) => {
      const { texts, unit } = this.spec.controls[i], text = texts[this.positions[i]] + (unit && " " + unit);
      input.value = this.positions[i];
      if (input.type === "range") input.setAttribute("aria-valuetext", text), input.nextSibling.value = text;
    });
    const sentence = this.source.sentence(this.positions);
    if (this.summary.textContent !== sentence) this.summary.textContent = sentence;
    if (!this.frame) return;
    const { position, count } = this.frame;
    const { name, texts } = this.spec.frames, words = `${texts[position]} of ${texts[count - 1]}`;
    this.scrub.value = position, this.scrub.nextSibling.value = words;
    this.scrub.setAttribute("aria-valuetext", `${name} ${words}`);
  }

  /** Write the settings into the address, so that it can be shared. */
  share() {
    const query = new URLSearchParams(this.spec.controls.map(({ name, texts }, i) => [name, texts[this.positions[i]]]));
    if (this.frame) query.set(this.spec.frames.name, this.spec.frames.texts[this.frame.position]);
    try {
      history.replaceState(history.state, "", `#${this.spec.id}?${query}`);
    } catch { /* some browsers refuse when moves follow each other too fast; the next one will do */ }
  }

  /** Take the settings from the address, if it speaks of this figure. */
  restore() {
    const [id, query] = location.hash.slice(1).split("?");
    if (id !== this.spec.id || !query) return;
    const wanted = new URLSearchParams(query);
    this.spec.controls.forEach(({ name, texts }, i) => {
      const position = texts.indexOf(wanted.get(name));
      if (position >= 0) this.positions[i] = position;
    });
    const frame = this.frame ? this.spec.frames.texts.indexOf(wanted.get(this.spec.frames.name)) : -1;
    if (frame >= 0) this.frame.position = frame;
    this.figure.scrollIntoView();
  }

  watch() {
    const redraw = () => requestAnimationFrame(() => this.draw());
    new ResizeObserver(redraw).observe(this.figure.querySelector(".dl-views"));
    new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    addEventListener("hashchange", () => { this.restore(); this.draw(); });
  }
}

async function start(figure) {
  const spec = JSON.parse(figure.querySelector("script").textContent);
  const sizes = spec.controls.map(control => control.texts.length);
  new Explorer(figure, spec, await Table.open(spec.records, sizes), await Table.open(spec.constants, []));
}

/** A browser that cannot run the figure keeps the still picture and its numbers. */
function startAll() {
  for (const figure of document.querySelectorAll("figure.dl-explorer")) {
    start(figure).catch(error => console.warn("explorer:", error));
  }
}

if (document.readyState === "loading") addEventListener("DOMContentLoaded", startAll);
else startAll();
})();
