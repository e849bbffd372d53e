/* The sentence below a live figure, filled as dlbook/explorers/sentence.py fills it. */

const HUGE = 1e21; // from here on, all formats write a power of ten

function written(value, form) {
  const [, plus, digits, kind] = /^(\+?)(?:\.(\d+))?([fge%d])$/.exec(form);
  const n = digits ? Number(digits) : kind === "d" ? 0 : 6, huge = Math.abs(value) >= HUGE;
  const write = { f: () => value.toFixed(n), d: () => value.toFixed(n), e: () => value.toExponential(n),
    "%": () => (100 * value).toFixed(n) + "%", g: () => general(value, huge ? 6 : Math.max(n, 1)) };
  let text = write[huge ? "g" : kind]();
  if (!/[1-9]/.test(text)) text = text.replace("-", ""); // no minus zero
  return plus && !text.startsWith("-") ? "+" + text : text;
}

function general(value, digits) {
  const rounded = Number(value.toPrecision(digits)), size = Math.abs(rounded);
  return size && (size < 1e-4 || size >= HUGE) ? rounded.toExponential() : String(rounded);
}

/** Fill the fields [name, indices, format]; `number(name, indices)` looks one up in the record. */
function fill(parts, settings, number) {
  return parts.map(part => {
    if (typeof part === "string") return part;
    const [name, indices, form] = part;
    if (name in settings && !form) return settings[name];
    const value = number(name, indices), words = form.split("|");
    if (Number.isNaN(value)) return "not a number";
    if (!isFinite(value)) return value > 0 ? "infinite" : "minus infinite";
    return words.length > 1 ? words[inside(Math.trunc(value), [0, words.length - 1])] : written(value, form || ".4g");
  }).join("");
}
