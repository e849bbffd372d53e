/* Named numbers as bars. */

KINDS.bars = {
  draw(pen, view, read) {
    const { data } = read("values"), [low, high] = ends([...data, 0]);
    const ylim = view.ylim || [Math.min(...data) < 0 ? low - .12 * (high - low) : low, high]; // room for the number below a bar
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
