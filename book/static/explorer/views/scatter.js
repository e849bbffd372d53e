/* Points in the plane, marked by class. */

KINDS.scatter = {
  draw(pen, view, read) {
    const list = pairs(read("points")), e = view.extent, column = k => list.map(p => p[k]);
    const axes = new Axes(pen, view, e ? e.slice(0, 2) : ends(column(0)), e ? e.slice(2) : ends(column(1)));
    axes.frame();
    axes.clipped(() => classes(axes, pen, list, read("labels")?.data, k => pen.series(k), pen.colour("surface")));
    this.words(axes, pen, view.words, list);
    if (!list.flat().every(isFinite)) axes.say(GAP);
    return view.classes.map((text, mark) => ({ text, mark }));
  },
  /** Write each word beside its point, where it is free of those before it, if there is such a place. */
  words(axes, pen, words, list) {
    const taken = [], meet = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
    Object.assign(pen.ctx, { fillStyle: pen.colour("ink"), textAlign: "left" });
    words.forEach((word, i) => {
      const [x, y] = [axes.x(list[i][0]), axes.y(list[i][1])], width = pen.ctx.measureText(word).width;
      const beside = [-5, 13, -18, 26].flatMap(down => [6, -6 - width].map(side => [x + side, y + down]));
      const boxes = beside.map(([left, base]) => [left, base - 10, left + width, base + 2]);
      const inner = ([left, , right]) => left > axes.left && right < axes.right;
      const free = boxes.findIndex(box => inner(box) && !taken.some(other => meet(box, other))), best = Math.max(free, 0);
      taken.push(boxes[best]);
      if (isFinite(x + y)) pen.ctx.fillText(word, ...beside[best]);
    });
  },
  numbers(view, read) {
    if (view.words.length) return pairs(read("points")).map((place, i) => [view.words[i], place.map(v => number(v))]);
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
