/* A matrix as coloured cells, with or without the number of each. */

KINDS.matrix = {
  draw(pen, view, read) {
    const { shape: [rows, columns], data } = read("values"), { ctx } = pen;
    const names = this.names(view, rows, columns), room = Math.max(...names.rows.map(word => ctx.measureText(word).width));
    const left = room + (view.ylabel ? 28 : 10), bottom = pen.height - (view.xlabel ? 38 : 22);
    const w = (pen.width - left - 8) / columns, h = (bottom - 8) / rows;
    ctx.textAlign = "center";
    data.forEach((value, i) => {
      const x = left + i % columns * w, y = 8 + Math.floor(i / columns) * h, rgb = this.colour(view, value);
      ctx.fillStyle = `rgb(${rgb.map(Math.round)})`, ctx.fillRect(x, y, w + .5, h + .5);
      if (view.digits === null) return;
      ctx.fillStyle = .3 * rgb[0] + .6 * rgb[1] + .1 * rgb[2] < 128 ? "#ffffff" : "#000000";
      ctx.fillText(isFinite(value) ? value.toFixed(view.digits).replace(/^-(?=[0.]*$)/, "") : number(value), x + w / 2, y + h / 2 + 4, w);
    });
    ctx.fillStyle = pen.colour("muted");
    const shown = (given, n) => i => given || i % Math.ceil(n / 12) === 0;
    const column = shown(view.columns, columns), row = shown(view.rows, rows);
    names.columns.forEach((word, i) => column(i) && ctx.fillText(word, left + (i + .5) * w, bottom + 15, w * Math.ceil(columns / 12)));
    ctx.textAlign = "right";
    names.rows.forEach((word, i) => row(i) && ctx.fillText(word, left - 5, 8 + (i + .5) * h + 4));
    Axes.prototype.labels.call({ ctx, pen, view, left, right: pen.width - 8, top: 8, bottom });
    return [];
  },
  colour({ map, limits: [low, high] }, value) {
    return isFinite(value) ? shade(map, (value - low) / (high - low)) : [204, 204, 204];
  },
  names({ rows, columns }, r, c) {
    const counted = n => Array.from({ length: n }, (_, i) => String(i + 1));
    return { rows: rows || counted(r), columns: columns || counted(c) };
  },
  numbers(view, read) {
    const { shape: [rows, columns], data } = read("values"), names = this.names(view, rows, columns);
    const cells = r => Array.from(data.subarray(r * columns, r * columns + Math.min(columns, 10)), v => number(v));
    return names.rows.slice(0, 10).map((name, r) => [name, cells(r)]);
  },
};
