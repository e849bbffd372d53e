/* Points in the plane, marked by class. */

KINDS.scatter = {
  draw(pen, view, read) {
    const list = pairs(read("points")), e = view.extent, column = k => list.map(p => p[k]);
    const axes = new Axes(pen, view, e ? e.slice(0, 2) : ends(column(0)), e ? e.slice(2) : ends(column(1)));
    axes.frame();
    axes.clipped(() => classes(axes, pen, list, read("labels")?.data, k => pen.series(k), pen.colour("surface")));
    Object.assign(pen.ctx, { fillStyle: pen.colour("ink"), textAlign: "left" });
    view.words.forEach((word, i) => pen.ctx.fillText(word, axes.x(list[i][0]) + 6, axes.y(list[i][1]) - 5));
    if (!list.flat().every(isFinite)) axes.say(GAP);
    return view.classes.map((text, mark) => ({ text, mark }));
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
