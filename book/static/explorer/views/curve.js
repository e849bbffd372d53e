/* Lines over a common axis. */

function curves(view, read, frame) {
  return view.names.map((name, i) => {
    const y = [...read("y" + i).data];
    const x = view.slots.x ? [...read("x").data] : spaced(y.length, view.span || [0, y.length - 1]);
    const follows = frame && y.length === frame.count && !read("y" + i).framed;
    return { name, x, y, last: follows ? frame.position : y.length - 1, known: follows ? frame.known : y.length, follows };
  });
}

/** The bands as pairs of low and high numbers, drawn behind the curves. */
function bands(view, read) {
  return Array.from({ length: view.bands || 0 }, (_, i) => ["low", "high"].map(end => [...read(end + i).data]));
}

KINDS.curve = {
  draw(pen, view, read, frame) {
    const list = curves(view, read, frame), of = name => view.slots[name] ? [...read(name).data] : [];
    const dots = { x: of("px"), y: of("py") };
    const margins = bands(view, read), edges = { x: [], y: margins.flat(2) };
    const span = k => view[k + "lim"] || ends([...list.flatMap(c => c[k]), ...dots[k], ...edges[k]], view.log.includes(k));
    const axes = new Axes(pen, view, span("x"), span("y"), view.log);
    const colour = i => view.paths ? SERIES[PATHS[i % 4]] : pen.series(i);
    axes.frame();
    axes.clipped(() => {
      margins.forEach(([low, high], i) => this.band(axes, list[i], low, high, colour(i)));
      list.forEach((c, i) => this.line(axes, c, colour(i), DASHES[i % 4]));
      this.dots(axes, pen, dots);
    });
    if (list.some(c => !c.y.slice(0, c.known).every(isFinite))) axes.say(GAP);
    return list.length > 1 || list[0].follows ? list.map((c, line) => ({ text: c.name, value: this.value(c, view), line, colour: colour(line) })) : [];
  },
  value: (c, view) => c.follows ? number(c.y[c.last], view.ylim) : "",
  dots(axes, pen, { x, y }) {
    const radius = x.length > 5 ? 2.5 : 5;
    x.forEach((_, i) => mark(pen.ctx, axes.x(x[i]), axes.y(y[i]), 0, radius, pen.colour("muted"), pen.colour("surface")));
  },
  band({ ctx, ...axes }, { x, last }, low, high, colour) {
    const edge = (ys, i) => ctx.lineTo(axes.x(x[i]), axes.y(ys[i])), places = Array.from({ length: last + 1 }, (_, i) => i);
    const known = places.filter(i => isFinite(axes.y(low[i])) && isFinite(axes.y(high[i])));
    ctx.beginPath();
    known.forEach(i => edge(low, i)), known.reverse().forEach(i => edge(high, i));
    Object.assign(ctx, { fillStyle: colour, globalAlpha: .2 });
    ctx.fill(), ctx.globalAlpha = 1;
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
