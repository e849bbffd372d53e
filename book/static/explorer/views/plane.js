/* A field over the plane with its contours, samples, paths and arrows. */

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

KINDS.plane = {
  draw(pen, view, read, frame) {
    const [left, right, bottom, top] = view.extent, axes = new Axes(pen, view, [left, right], [bottom, top]);
    axes.clipped(() => {
      this.field(axes, pen, view, read("field"));
      if (view.slots.points) classes(axes, pen, pairs(read("points")), read("labels").data, k => SERIES[k % 7], "#ffffff");
      view.paths.forEach((_, i) => this.path(axes, pen, this.visible(read("path" + i), frame), SERIES[PATHS[i % 4]]));
      for (const ends of this.arrows(view, read)) this.arrow(axes, ends);
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
  arrows(view, read) {
    const ends = view.slots.arrows ? pairs(read("arrows")) : [];
    return ends.flatMap((end, i) => i % 2 ? [[ends[i - 1], end]] : []);
  },
  arrow(axes, ends) {
    const [[x0, y0], [x1, y1]] = ends.map(([x, y]) => [axes.x(x), axes.y(y)]), angle = Math.atan2(y1 - y0, x1 - x0);
    if (!isFinite(x0 + y0 + x1 + y1)) return;
    const wing = turn => [x1 - 7 * Math.cos(angle + turn), y1 - 7 * Math.sin(angle + turn)];
    for (const [strokeStyle, lineWidth] of [["#ffffff", 4], ["#222222", 1.6]]) {
      Object.assign(axes.ctx, { strokeStyle, lineWidth });
      axes.line(x0, y0, x1, y1), axes.line(x1, y1, ...wing(.5)), axes.line(x1, y1, ...wing(-.5));
    }
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
      }),
      ...this.arrows(view, read).map((ends, i) => [`arrow ${i + 1}, from and to`, ends.map(place)])];
  },
};
