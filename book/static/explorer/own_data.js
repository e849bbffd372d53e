/* Controls that hold the reader's own data: points set in the plane, a small drawing, and a line of text. Of each kind:
   `make`      its elements; returns the one that is told the data whenever they change
   `words`     the data in words, as dlbook/explorers/own_data.py says them
   `text`      the data for the address
   `position`  the data of such a text; null if it does not hold any
   `argument`  what the kernel receives */

const INK = 5; // how far a stroke reaches, in tenths of a cell

const OWN_DATA = {
  points: {
    make(explorer, control, i) {
      const { extent: [left, right, bottom, top], classes, capacity, label, name } = control, id = `${explorer.spec.id}-${name}`;
      const number = (word, low, high) => make("input", {
        type: "number", min: low, max: high, step: .1, value: Number(((low + high) / 2).toFixed(2)), ariaLabel: `${label}: ${word}` });
      const x = number("x", left, right), y = number("y", bottom, top), chosen = make("select", { ariaLabel: `${label}: class` },
        ...classes.map((word, value) => make("option", { value }, word)));
      const add = (px, py) => {
        const points = explorer.positions[i], inside = px >= left && px <= right && py >= bottom && py <= top;
        if (inside && points.length < capacity) explorer.move(i, [...points, [rounded(px), rounded(py), Number(chosen.value)]]);
      };
      const button = (textContent, onclick) => make("button", { type: "button", textContent, ariaLabel: `${label}: ${textContent}`, onclick });
      const told = make("output", { id, ariaLive: "off" });
      const box = make("div", { className: "dl-control dl-own" }, make("span", {}, label), x, y, ...classes.length > 1 ? [chosen] : [],
        button("Add", () => add(Number(x.value), Number(y.value))), button("Clear", () => explorer.move(i, [])), told);
      const { pen } = explorer.views[control.view];
      pen.canvas.classList.add("dl-clickable");
      pen.canvas.addEventListener("click", event => { if (pen.axes) add(...pen.axes.at(event.offsetX, event.offsetY)); });
      box.tell = points => { told.value = `${this.words(points)}; or click into the picture`; };
      return box;
    },
    words: points => `${points.length} point${points.length === 1 ? "" : "s"}`,
    text: points => points.map(point => point.join(",")).join(";"),
    position({ capacity, classes, extent: [left, right, bottom, top] }, text) {
      const points = text ? text.split(";").map(point => point.split(",").map(Number)) : [];
      const good = ([x, y, k]) => x >= left && x <= right && y >= bottom && y <= top && Number.isInteger(k) && k >= 0 && k < classes.length;
      return points.length <= capacity && points.every(good) ? points : null;
    },
    argument: ({ capacity }, points) => Array.from({ length: capacity }, (_, i) => i < points.length ? [...points[i], 1] : [0, 0, 0, 0]).flat(),
  },

  drawing: {
    make(explorer, control, i) {
      const { shape: [rows, columns], levels, label } = control;
      const canvas = make("canvas", { className: "dl-drawing", width: columns * 20, height: rows * 20, tabIndex: 0 });
      canvas.setAttribute("role", "application");
      canvas.setAttribute("aria-label", `${label}: arrow keys move, space draws or rubs out`);
      const ctx = canvas.getContext("2d"), cursor = [rows >> 1, columns >> 1];
      const set = change => explorer.move(i, explorer.positions[i].map(change));
      const stroke = event => {
        const x = event.offsetX / canvas.clientWidth * columns, y = event.offsetY / canvas.clientHeight * rows;
        set((level, at) => {
          const far = 10 * Math.hypot(at % columns + .5 - x, Math.floor(at / columns) + .5 - y);
          return Math.max(level, Math.round(levels * inside(2 - far / INK, [0, 1])));
        });
      };
      canvas.addEventListener("pointerdown", event => { canvas.setPointerCapture(event.pointerId); stroke(event); });
      canvas.addEventListener("pointermove", event => { if (event.buttons) stroke(event); });
      canvas.addEventListener("keydown", event => {
        const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
        if (!step && event.key !== " ") return;
        event.preventDefault();
        if (step) cursor[0] = inside(cursor[0] + step[0], [0, rows - 1]), cursor[1] = inside(cursor[1] + step[1], [0, columns - 1]);
        else set((level, at) => at === cursor[0] * columns + cursor[1] ? (level ? 0 : levels) : level);
        box.tell(explorer.positions[i]);
      });
      const clear = make("button", { type: "button", textContent: "Clear", ariaLabel: `${label}: clear`, onclick: () => set(() => 0) });
      const box = make("div", { className: "dl-control dl-own" }, make("span", {}, label), canvas, clear);
      box.tell = picture => {
        picture.forEach((level, at) => {
          const grey = 255 - Math.round(255 * level / levels);
          ctx.fillStyle = `rgb(${grey}, ${grey}, ${grey})`;
          ctx.fillRect(at % columns * 20, Math.floor(at / columns) * 20, 20, 20);
        });
        Object.assign(ctx, { strokeStyle: "#d55e00", lineWidth: 2 });
        if (document.activeElement === canvas) ctx.strokeRect(cursor[1] * 20 + 1, cursor[0] * 20 + 1, 18, 18);
      };
      return box;
    },
    words: levels => `${levels.filter(level => level).length} of ${levels.length} cells`,
    text: levels => levels.join(""),
    position({ shape: [rows, columns], levels }, text) {
      return new RegExp(`^[0-${levels}]{${rows * columns}}$`).test(text) ? [...text].map(Number) : null;
    },
    argument: (control, levels) => levels.map(level => level / control.levels),
  },

  typed: {
    make(explorer, control, i) {
      const input = make("input", { type: "text", className: "dl-typed", spellcheck: false, autocomplete: "off", autocapitalize: "off" });
      const box = explorer.labelled(control.name, control.label, input), said = make("output", { htmlFor: input.id, className: "dl-said" });
      said.id = `${input.id}-said`, input.setAttribute("aria-describedby", said.id);
      box.append(said);
      const say = () => {
        said.value = complaint(control, input.value);
        input.setAttribute("aria-invalid", String(said.value !== ""));
      };
      input.addEventListener("input", () => {
        const text = typable(control, input.value);
        say();
        if (text) explorer.move(i, text);
      });
      box.tell = text => { // what was typed stays, also the part that is not taken; while one types it may be nothing
        const taken = typable(control, input.value);
        if (taken !== text && (taken || document.activeElement !== input)) input.value = text, say();
      };
      input.addEventListener("blur", () => box.tell(explorer.positions[i]));
      return box;
    },
    words: text => `“${text}”`,
    text: text => text,
    position: (control, text) => text && typable(control, text) === text ? text : null,
    argument({ capacity, symbols }, text) {
      return Array.from({ length: capacity }, (_, i) => i < text.length ? symbols.indexOf(text[i]) : -1);
    },
  },
};

const typable = ({ symbols, capacity }, text) => [...text].filter(character => symbols.includes(character)).slice(0, capacity).join("");

/** What is not taken of a text, as dlbook/explorers/typed.py says it. */
function complaint({ symbols, capacity }, text) {
  const strange = new Set([...text].filter(character => !symbols.includes(character)));
  const known = [...text].filter(character => symbols.includes(character)).length, said = [];
  const listed = [...strange].map(character => `“${character}”`).join(" ");
  if (strange.size) said.push(`Left out, as not among the ${symbols.length} characters known here: ${listed}.`);
  if (known > capacity) said.push(`Only the first ${capacity} characters are taken.`);
  if (!known) said.push("Type at least one character; until then the last text stays.");
  return said.join(" ");
}

const rounded = value => Number(value.toFixed(2));
