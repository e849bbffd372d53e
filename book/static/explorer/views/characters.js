/* Text in characters of one width, each on the colour of its number. */

KINDS.characters = {
  draw(pen, view, read) {
    const text = this.text(view, read), values = read("values")?.data, { columns, limits: [low, high] } = view, { ctx } = pen;
    const places = this.wrapped(text, columns), w = Math.min(pen.width / columns, 11), h = 1.7 * w;
    const rows = Math.max(8, 1 + Math.max(0, ...places.map(([row]) => row)));
    pen.begin(rows * h);
    Object.assign(ctx, { font: `${1.5 * w}px ui-monospace, monospace`, textAlign: "center" });
    [...text].forEach((character, i) => {
      const [row, column] = places[i], value = values ? values[i] : NaN, known = isFinite(value);
      const rgb = known && shade(view.map, (value - low) / (high - low)), x = column * w, y = row * h;
      if (known) ctx.fillStyle = `rgb(${rgb.map(Math.round)})`, ctx.fillRect(x, y, w + .5, h - 1);
      ctx.fillStyle = !known ? pen.colour("ink") : .3 * rgb[0] + .6 * rgb[1] + .1 * rgb[2] < 128 ? "#ffffff" : "#000000";
      ctx.fillText(character, x + w / 2, y + .7 * h);
    });
    pen.canvas.setAttribute("aria-label", `${view.title}: ${text}`);
    return [];
  },
  text({ symbols }, read) {
    const tokens = Array.from(read("tokens").data, Math.round), end = tokens.findLastIndex(token => token >= 0) + 1;
    return tokens.slice(0, end).map(token => symbols[token] ?? " ").join("");
  },
  /** Row and column of each character; a word that does not fit into the rest of a line begins the next. */
  wrapped(text, columns) {
    const places = [];
    let row = 0, column = 0;
    for (const word of text.split(" ")) {
      if (column + word.length > columns) row += column ? 1 : 0, column = 0;
      for (let i = 0; i < word.length; i++) {
        if (column === columns) row += 1, column = 0;
        places.push([row, column++]);
      }
      places.push([row, column++]); // of the space behind, which may hang over the end of the line
    }
    return places.slice(0, -1);
  },
  numbers(view, read) {
    const text = this.text(view, read), values = [...read("values")?.data.subarray(0, text.length) || []];
    const known = values.filter(isFinite), said = [["text", [text]]];
    if (!known.length) return said;
    const place = value => values.indexOf(value);
    const row = (name, value) => [name, [number(value), `character ${place(value) + 1}, “${text[place(value)]}”`]];
    return [...said, row("lowest", Math.min(...known)), row("highest", Math.max(...known))];
  },
};
