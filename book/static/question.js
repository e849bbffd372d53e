/* Questions with a check: the page's form says what dlbook.questions says about the same reply. */
(() => {
"use strict";

const SPACES = /^[ \t\u00a0\u2009\u202f]+|[ \t\u00a0\u2009\u202f]+$/g;
const WHOLE = "(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)";
const DECIMAL = `(?:${WHOLE}(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?`;
const NUMERAL = new RegExp(`^([+-]?${DECIMAL})(?: ?/ ?(${DECIMAL}))?$`);

/** Return the number that a text stands for, or null, as dlbook/questions/numeral.py does. */
function read(text, unit) {
  let numeral = text.replace(SPACES, "");
  if (unit && numeral.endsWith(unit)) numeral = numeral.slice(0, -unit.length);
  const match = NUMERAL.exec(numeral.replace(SPACES, "").replaceAll("\u2212", "-"));
  if (!match) return null;
  const [above, below] = [match[1], match[2] ?? "1"].map(part => Number(part.replaceAll(",", "")));
  const value = above / below;
  return below && Number.isFinite(value) ? value : null;
}

/** Return the place of the reply among the verdicts, or null if there is nothing to judge. */
function place(form, { targets, unit }) {
  if (!targets) {
    const chosen = form.querySelector("input:checked");
    return chosen && Number(chosen.value);
  }
  const value = read(form.querySelector("input").value, unit);
  form.dispatchEvent(new CustomEvent("dl-read", { detail: value }));
  if (value === null) return null;
  const found = targets.findIndex(([target, tolerance]) => Math.abs(value - target) <= tolerance);
  return found < 0 ? targets.length : found;
}

for (const form of document.querySelectorAll("form.dl-question")) {
  const question = JSON.parse(form.dataset.question), said = form.querySelector("output");
  form.addEventListener("submit", event => {
    event.preventDefault();
    const at = place(form, question);
    said.innerHTML = at === null ? question.unread : question.verdicts[at];
    window.MathJax?.typesetPromise?.([said]);
  });
  form.addEventListener("input", () => said.replaceChildren());
  form.classList.add("dl-ready");
}
})();
