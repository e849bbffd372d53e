/* A graph of numbers: nodes with values and gradients, and the step that is being taken. */

KINDS.graph = {
  draw(pen, view, read, frame) {
    const moment = this.moment(view, frame), wide = view.code.length && pen.canvas.closest(".dl-view");
    if (wide) wide.style.maxWidth = "43rem"; // the code stands beside the graph where there is room
    const beside = view.code.length && pen.canvas.clientWidth > 540, width = pen.canvas.clientWidth;
    const map = this.layout(view, beside ? .56 * width : width), said = this.said(view, read, moment) ? 50 : 8;
    const lines = 19 * view.code.length + 8;
    pen.begin(beside ? Math.max(map.height + said, lines) : map.height + said + lines);
    view.edges.forEach((_, i) => this.edge(pen, view, read, moment, map, i));
    view.names.forEach((_, i) => this.node(pen, view, read, moment, map, i));
    this.words(pen, view, read, moment, map);
    if (beside) this.code(pen, view, moment, .56 * width + 14, 4, .44 * width - 16);
    else this.code(pen, view, moment, 4, map.height + said, width - 8);
    return view.legend.map((text, i) => ({ text: (i ? "∂ " : "") + text, mark: 2, colour: pen.series(i) }));
  },

  /** What the frame lights; the last moment stands for all frames after it. */
  moment: ({ moments }, frame) => moments[Math.min(frame ? frame.position : 0, moments.length - 1)] ||
    { nodes: [], edges: [], values: [], grads: [] },
  known: (list, i) => !list.length || list[i],
  short: (v, digits) => isFinite(v) ? written(v, `.${digits}g`) : number(v),

  /** The colour of what is lit: that of the values until a gradient is known. */
  hue: (pen, { grads }) => pen.series(!grads.length || grads.some(Boolean) ? 1 : 0),

  layout({ places, slots }, width) {
    const column = k => places.map(place => place[k]), low = k => Math.min(...column(k)), high = k => Math.max(...column(k));
    const unit = (width - 8) / (high(0) - low(0) + .74), w = Math.min(88, .7 * unit), h = slots.grads ? 54 : 38;
    const edge = (width - (high(0) - low(0)) * unit) / 2, rise = h + 30;
    const at = ([x, y]) => [edge + (x - low(0)) * unit, (high(1) - y) * rise + h / 2 + 6];
    return { w, h, width, at, height: (high(1) - low(1)) * rise + h + 12 };
  },

  /** Where the way from a node's middle towards a point leaves its box. */
  border([x, y], [u, v], { w, h }, gap) {
    const share = Math.min((w / 2 + gap) / Math.abs(u - x), (h / 2 + gap) / Math.abs(v - y));
    return [x + share * (u - x), y + share * (v - y)];
  },

  edge(pen, view, read, moment, map, i) {
    const { ctx } = pen, [a, b] = view.edges[i].map(k => map.at(view.places[k])), lit = moment.edges.includes(i);
    const bend = [(a[0] + b[0]) / 2 - view.bows[i] * (b[1] - a[1]), (a[1] + b[1]) / 2 + view.bows[i] * (b[0] - a[0])];
    const from = this.border(a, bend, map, 0), to = this.border(b, bend, map, 3), ink = lit ? this.hue(pen, moment) : pen.colour("muted");
    Object.assign(ctx, { strokeStyle: ink, fillStyle: ink, lineWidth: lit ? 3 : 1.2 });
    ctx.beginPath(), ctx.moveTo(...from), ctx.quadraticCurveTo(...bend, ...to), ctx.stroke();
    const turn = Math.atan2(to[1] - bend[1], to[0] - bend[0]), size = lit ? 10 : 7;
    ctx.beginPath(), ctx.moveTo(...to);
    for (const side of [-.45, .45]) ctx.lineTo(to[0] - size * Math.cos(turn + side), to[1] - size * Math.sin(turn + side));
    ctx.closePath(), ctx.fill();
    if (view.slots.slopes && this.known(moment.values, view.edges[i][1])) {
      const t = view.label, on = k => (1 - t) ** 2 * from[k] + 2 * t * (1 - t) * bend[k] + t * t * to[k];
      this.label(pen, this.short(read("slopes").data[i], view.digits), on(0), on(1), ink);
    }
  },

  label(pen, text, x, y, ink) {
    const { ctx } = pen, half = ctx.measureText(text).width / 2 + 2;
    ctx.fillStyle = pen.colour("surface"), ctx.fillRect(x - half, y - 8, 2 * half, 15);
    Object.assign(ctx, { fillStyle: ink, textAlign: "center" }), ctx.fillText(text, x, y + 4);
  },

  node(pen, view, read, moment, map, i) {
    const { ctx } = pen, [x, y] = map.at(view.places[i]), { w, h } = map, lit = moment.nodes.includes(i);
    ctx.beginPath(), ctx.roundRect(x - w / 2, y - h / 2, w, h, 7);
    Object.assign(ctx, { fillStyle: pen.colour(lit ? "panel" : "surface"), strokeStyle: lit ? this.hue(pen, moment) : pen.colour("muted") });
    ctx.lineWidth = lit ? 3 : 1.2, ctx.fill(), ctx.stroke();
    const text = part => this.known(moment[part], i) ? this.short(read(part).data[i], view.digits) : "";
    const lines = [[view.names[i], pen.colour("ink"), "bold "], [text("values"), pen.series(0), ""]];
    if (view.slots.grads && text("grads")) lines.push(["∂ " + text("grads"), pen.series(1), ""]);
    lines.forEach(([words, fillStyle, weight], k) => {
      ctx.font = weight + ctx.font.replace("bold ", ""), Object.assign(ctx, { fillStyle, textAlign: "center" });
      ctx.fillText(words, x, y - h / 2 + 15 + 16 * k, w - 4);
    });
  },

  numbersOf: (view, read, { numbers }) => fill(numbers || [], {}, (name, [i]) => read(name).data[i]),

  said(view, read, moment) {
    const numbers = this.numbersOf(view, read, moment);
    return numbers ? `${moment.formula}:  ${numbers}` : moment.formula || "";
  },

  words(pen, view, read, moment, { width, height }) {
    const { ctx } = pen;
    Object.assign(ctx, { fillStyle: pen.colour("ink"), textAlign: "center" });
    ctx.font = "bold " + ctx.font, ctx.fillText(moment.formula || "", width / 2, height + 16, width);
    ctx.font = ctx.font.replace("bold ", ""), ctx.fillText(this.numbersOf(view, read, moment), width / 2, height + 36, width);
  },

  code(pen, view, moment, left, top, width) {
    const { ctx } = pen, font = ctx.font;
    ctx.font = "12.5px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";
    view.code.forEach((line, i) => {
      const lit = i === moment.line, y = top + 19 * i;
      if (lit) ctx.fillStyle = pen.colour("panel"), ctx.fillRect(left, y, width, 19);
      if (lit) ctx.fillStyle = this.hue(pen, moment), ctx.fillRect(left, y, 4, 19);
      Object.assign(ctx, { fillStyle: pen.colour(lit ? "ink" : "muted"), textAlign: "left" });
      ctx.fillText(line, left + 10, y + 14, width - 12);
    });
    ctx.font = font;
  },

  numbers(view, read, frame) {
    const moment = this.moment(view, frame), [value, grad] = view.legend;
    const cell = (part, name, i) => view.slots[part] && this.known(moment[part], i) ? [`${name} ${number(read(part).data[i])}`] : [];
    return [...view.moments.length ? [["this step", [this.said(view, read, moment)]]] : [],
      ...moment.line != null ? [["code", [view.code[moment.line]]]] : [],
      ...view.names.map((name, i) => [name, [...cell("values", value, i), ...cell("grads", grad, i)]])];
  },
};
