/* Words that the kernel chose, each with its number as a bar that lies. */

KINDS.ranking = {
  draw(pen, view, read) {
    const rows = this.rows(view, read), high = 22, { ctx } = pen;
    pen.begin(Math.max(rows.length, 1) * high + 6);
    const left = 14 + Math.max(0, ...rows.map(([word]) => ctx.measureText(word).width)), full = pen.width - left - 52;
    rows.forEach(([word, value], i) => {
      const y = 4 + i * high, [low, top] = view.limits;
      const share = isFinite(value) ? (inside(value, view.limits) - low) / (top - low) : 0;
      Object.assign(ctx, { fillStyle: pen.colour("ink"), textAlign: "right" });
      ctx.fillText(word, left - 8, y + 14);
      ctx.fillStyle = pen.series(0);
      ctx.fillRect(left, y + 3, full * share, high - 7);
      Object.assign(ctx, { fillStyle: pen.colour("ink"), textAlign: "left" });
      ctx.fillText(this.text(view, value), left + full * share + 6, y + 14);
    });
    pen.canvas.setAttribute("aria-label", `${view.title}: ${rows.map(([word, v]) => `${word} ${this.text(view, v)}`).join(", ")}`);
    return [];
  },
  rows({ words }, read) {
    const { data } = read("values");
    return Array.from(read("order").data, Math.round).flatMap((n, i) => n >= 0 ? [[words[n], data[i]]] : []);
  },
  text: ({ digits }, value) => isFinite(value) ? value.toFixed(digits) : number(value),
  numbers(view, read) { return this.rows(view, read).map(([word, value]) => [word, [number(value)]]); },
};
