/* Axes: scales, ticks, a frame, and lines between them. */

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
    pen.axes = this; // where a click finds what lies below it
  }

  list(axis, [low, high], room) { return (this.logs[axis] ? logTicks : ticks)(low, high, room); }

  scale(axis, [low, high], from, to) {
    const f = this.logs[axis] ? Math.log10 : v => v;
    return v => from + (f(v) - f(low)) / (f(high) - f(low)) * (to - from);
  }

  /** The coordinates at a place of the canvas, on linear scales. */
  at(x, y) {
    const share = (v, from, to, [low, high]) => low + (v - from) / (to - from) * (high - low);
    return [share(x, this.left, this.right, this.xlim), share(y, this.bottom, this.top, this.ylim)];
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
