/* Pictures in rows. */

KINDS.images = {
  draw(pen, view, read) {
    const { shape: [n, h, w], data } = read("images"), words = this.captions(view, read);
    const columns = view.columns || this.columns(n);
    const rows = Math.ceil(n / columns), foot = words ? 15 : 0, gap = 5, { ctx } = pen;
    const side = Math.min((pen.width - gap) / columns - gap, Math.max(96, 5 * w)), left = (pen.width - columns * (side + gap)) / 2;
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
