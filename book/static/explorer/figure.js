/* The figure: its elements, what the reader does to them, and when it draws. */

/** Make an element: make("p", { className: "x" }, "words", child, ...). */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** What a view draws with: a canvas as sharp as the screen, and the colours of the page's theme. */
class Pen {
  constructor(figure, canvas) { Object.assign(this, { figure, canvas, ctx: canvas.getContext("2d") }); }

  begin(height) {
    const { canvas, ctx } = this, ratio = window.devicePixelRatio || 1;
    if (height) canvas.style.height = height + "px";
    this.width = canvas.clientWidth, this.height = canvas.clientHeight;
    canvas.width = this.width * ratio, canvas.height = this.height * ratio;
    this.style = getComputedStyle(this.figure);
    ctx.scale(ratio, ratio);
    ctx.font = "12px " + this.style.fontFamily;
  }

  colour(name) { return this.style.getPropertyValue("--dl-" + name).trim() || "#444444"; }
  series(i) { return this.style.getPropertyValue(`--dl-series-${i % 7}`).trim() || SERIES[i % 7]; }
}

/** The swatch of a legend: a dashed line, a plain line in a colour, or a marker. */
function swatch(pen, { mark: kind, line = 0, colour }) {
  const canvas = make("canvas", { className: "dl-swatch", ariaHidden: "true" }), ratio = window.devicePixelRatio || 1;
  const ctx = canvas.getContext("2d"), drawn = colour || pen.series(kind ?? line);
  canvas.width = 22 * ratio, canvas.height = 12 * ratio;
  ctx.scale(ratio, ratio);
  if (kind !== undefined) mark(ctx, 11, 6, kind, 4, drawn, pen.colour("surface"));
  else {
    Object.assign(ctx, { strokeStyle: drawn, lineWidth: 2.5 }).setLineDash(DASHES[line % 4]);
    ctx.moveTo(0, 6), ctx.lineTo(22, 6), ctx.stroke();
  }
  return canvas;
}

function numberTable(caption, rows) {
  const row = ([name, cells]) => make("tr", {}, make("th", { scope: "row" }, name), ...cells.map(cell => make("td", {}, cell)));
  return make("table", {}, make("caption", {}, caption), make("tbody", {}, ...rows.map(row)));
}

class Explorer {
  constructor(figure, spec, source, constants) {
    Object.assign(this, { figure, spec, source, constants: constants.record([]) });
    this.positions = spec.controls.map(control => control.start);
    const count = spec.frames?.texts.length;
    this.wanted = count - 1;
    this.frame = count && { position: count - 1, count, known: count };
    this.build();
    this.restore();
    this.ask();
    this.watch();
  }

  /** Ask for the record of the present settings; of a run in steps, more and more frames arrive. */
  ask() {
    this.label();
    this.source.ask(this.positions, (record, known, done) => {
      Object.assign(this, { record, done });
      if (this.frame) this.frame.known = this.spec.live?.steps ? known : this.frame.count;
      this.draw();
    });
  }

  build() {
    this.views = this.spec.views.map(view => this.view(view));
    this.inputs = this.spec.controls.map((control, i) => this.control(control, i));
    this.details = make("details", { className: "dl-numbers" }, make("summary", {}, "Numbers"), make("div"));
    this.details.addEventListener("toggle", () => this.tabulate());
    this.summary = this.figure.querySelector(".dl-summary");
    this.summary.setAttribute("aria-live", "polite");
    const controls = make("div", { className: "dl-controls" }, ...this.inputs.map(input => input.closest(".dl-control")));
    if (this.frame) controls.append(this.player());
    const views = make("div", { className: "dl-views" }, ...this.views.map(view => view.box));
    this.figure.querySelector(".dl-still").before(make("div", { className: "dl-live" }, controls, views));
    this.summary.after(this.details);
    this.figure.classList.add("dl-ready");
  }

  control(control, i) {
    if (OWN_DATA[control.kind]) return OWN_DATA[control.kind].make(this, control, i);
    const input = this.input(control), { name, label, kind, texts } = control, last = texts.length - 1;
    const chosen = () => inside(Math.round(Number(input.value)), [0, last]);
    input.addEventListener(kind === "number" ? "change" : "input", () => { input.typing = false; this.move(i, chosen()); });
    if (kind === "number") {
      input.addEventListener("input", () => { input.typing = true; });  // frames that arrive leave what is typed alone
      input.addEventListener("blur", () => { input.typing = false; this.label(); });
    }
    const box = this.labelled(name, label, input);
    const another = () => { this.move(i, chosen() < last ? chosen() + 1 : 0); };
    if (kind === "number") box.append(make("button", { type: "button", textContent: "Next", ariaLabel: `next ${label}`, onclick: another }));
    return input;
  }

  input({ kind, texts, unit, start }) {
    const option = (text, value) => make("option", { value, selected: value === start }, text + (unit && " " + unit));
    if (kind === "range") return this.slider(texts.length - 1, start);
    if (kind === "choice") return make("select", {}, ...texts.map(option));
    return make("input", { type: "number", min: 0, max: texts.length - 1, step: 1, value: start });
  }

  slider(max, value) { return make("input", { type: "range", min: 0, max, step: 1, value }); }

  /** A label, its input and, for a slider, the value in words (which a screen reader hears from the slider itself). */
  labelled(name, label, input) {
    input.id = `${this.spec.id}-${name}`;
    const words = make("label", { htmlFor: input.id }, label), value = make("output", { htmlFor: input.id, ariaLive: "off" });
    return make("div", { className: "dl-control" }, words, input, ...(input.type === "range" ? [value] : []));
  }

  player() {
    const button = (textContent, onclick) => make("button", { type: "button", textContent, onclick });
    const last = this.frame.count - 1, leap = choose => () => { this.pause(); this.show(choose(this.position())); };
    this.playing = button("Play", () => this.timer ? this.pause() : this.play());
    this.scrub = this.slider(last, last);
    this.scrub.addEventListener("input", leap(() => Number(this.scrub.value)));
    const step = button("Step", leap(position => position < last ? position + 1 : 0)), reset = button("Reset", leap(() => 0));
    const { name } = this.spec.frames;
    return make("div", { className: "dl-player" }, this.playing, step, reset, this.labelled(name, name, this.scrub));
  }

  view(spec) {
    const canvas = make("canvas"), legend = make("div", { className: "dl-legend" });
    canvas.setAttribute("role", "img"), canvas.setAttribute("aria-label", spec.title);
    const box = make("div", { className: "dl-view" }, make("p", { className: "dl-title" }, spec.title), canvas, legend);
    return { spec, box, legend, pen: new Pen(this.figure, canvas), read: name => this.read(spec.slots[name]) };
  }

  move(i, position) {
    this.positions[i] = position;
    this.ask();
    this.share();
  }

  show(position) {
    this.wanted = position;
    this.draw();
    this.share();
  }

  /** The frame that is wanted or, while it is not computed, the last one that is. */
  position() { return Math.min(this.wanted, this.frame.known - 1); }

  play() {
    const last = this.frame.count - 1, slow = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.wanted = this.position() === last ? -1 : this.position();
    const next = () => {
      this.wanted += 1, this.draw();
      if (this.wanted >= last) this.pause(), this.share();
    };
    const toRead = this.spec.views.some(view => view.moments?.length), pace = inside(4000 / last, [60, 200]);
    this.timer = setInterval(next, slow || toRead ? 1000 : pace);
    this.playing.textContent = "Pause";
    next();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null, this.playing.textContent = "Play";
  }

  /** Return the part of the present record that a view's slot shows. */
  read(slot) {
    if (!slot) return null;
    const { shape, data } = this.record[slot.entry] || this.constants[slot.entry], framed = shape.length > slot.rank;
    if (!framed) return { shape, data, framed };
    const n = product(shape.slice(1)), at = this.frame.position;
    return { shape: shape.slice(1), data: data.subarray(at * n, (at + 1) * n), framed };
  }

  draw() {
    if (!this.record) return;
    if (this.frame) this.frame.position = this.position();
    this.label();
    this.tell();
    for (const { spec, legend, pen, read } of this.views) {
      pen.begin();
      const items = KINDS[spec.kind].draw(pen, spec, read, this.frame);
      const entry = item => make("span", {}, swatch(pen, item), `${item.text} ${item.value || ""}`);
      legend.replaceChildren(...items.map(entry));
    }
    this.tabulate();
    this.figure.dispatchEvent(new CustomEvent("dl-draw", { detail: { record: this.record } }));
  }

  tabulate() {
    if (!this.details.open) return;
    const rows = ({ spec, read }) => KINDS[spec.kind].numbers(spec, read, this.frame);
    const tables = this.views.map(view => numberTable(view.spec.caption || view.spec.title, rows(view)));
    this.details.lastChild.replaceChildren(...tables);
  }

  label() {
    this.inputs.forEach((input, i) => {
      const { texts, unit } = this.spec.controls[i];
      if (!texts) return input.tell(this.positions[i]);
      const text = texts[this.positions[i]] + (unit && " " + unit);
      if (!input.typing) input.value = this.positions[i];
      if (input.type === "range") input.setAttribute("aria-valuetext", text), input.nextSibling.value = text;
    });
    if (!this.frame) return;
    const { position, count } = this.frame;
    const { name, texts } = this.spec.frames, words = `${texts[position]} of ${texts[count - 1]}`;
    this.scrub.value = position, this.scrub.nextSibling.value = words;
    this.scrub.setAttribute("aria-valuetext", `${name} ${words}`);
  }

  /** Say the sentence; a screen reader waits while frames still come. */
  tell() {
    const gaps = this.spec.live ? this.gaps() : "";
    const sentence = `${this.source.sentence(this.positions, this.record, this.frame)} ${gaps}`.trim();
    this.summary.setAttribute("aria-busy", String(!this.done || Boolean(this.timer)));
    if (this.summary.textContent !== sentence) this.summary.textContent = sentence;
  }

  /** Say in which frames, or that somewhere, numbers are not finite. */
  gaps() {
    const { live, frames } = this.spec, first = this.firstGap(live.steps ? this.frame.known : 1);
    if (first === Infinity) return "";
    if (!live.steps) return "Gaps in the picture stand for numbers that are not finite.";
    return `Not all numbers are finite from ${frames.name} ${frames.texts[first]} on.`;
  }

  /** The first of the known frames with a number that is not finite; each frame is looked through once. */
  firstGap(known) {
    if (this.looked?.record !== this.record) this.looked = { record: this.record, frames: 0, gap: Infinity };
    const looked = this.looked, slots = this.spec.views.flatMap(view => Object.values(view.slots));
    const shown = [...new Set(slots.map(slot => slot && this.record[slot.entry]))].filter(Boolean);
    for (; looked.gap === Infinity && looked.frames < known; looked.frames += 1) {
      const broken = ({ shape, data }) => {
        const size = this.spec.live.steps ? product(shape.slice(1)) : data.length;
        return data.subarray(looked.frames * size, (looked.frames + 1) * size).some(v => !isFinite(v));
      };
      if (shown.some(broken)) looked.gap = looked.frames;
    }
    return looked.gap;
  }

  /** Write the settings into the address, so that it can be shared. */
  share() {
    const word = (control, at) => control.texts ? control.texts[at] : OWN_DATA[control.kind].text(at);
    const query = new URLSearchParams(this.spec.controls.map((control, i) => [control.name, word(control, this.positions[i])]));
    if (this.frame) query.set(this.spec.frames.name, this.spec.frames.texts[this.wanted]);
    try {
      history.replaceState(history.state, "", `#${this.spec.id}?${query}`);
    } catch { /* some browsers refuse when moves follow each other too fast; the next one will do */ }
  }

  /** Take the settings from the address, if it speaks of this figure. */
  restore() {
    const [id, query] = location.hash.slice(1).split("?");
    if (id !== this.spec.id || !query) return false;
    const wanted = new URLSearchParams(query);
    this.spec.controls.forEach((control, i) => {
      const { name, texts } = control, word = wanted.get(name) ?? "";
      const position = texts ? texts.indexOf(word) : OWN_DATA[control.kind].position(control, word);
      if (position !== null && position !== -1) this.positions[i] = position;
    });
    const frame = this.frame ? this.spec.frames.texts.indexOf(wanted.get(this.spec.frames.name)) : -1;
    if (frame >= 0) this.wanted = frame;
    this.figure.scrollIntoView();
    return true;
  }

  watch() {
    const redraw = () => requestAnimationFrame(() => this.draw());
    new ResizeObserver(redraw).observe(this.figure.querySelector(".dl-views"));
    new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    addEventListener("hashchange", () => { if (this.restore()) this.ask(); });
  }
}
