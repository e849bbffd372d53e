/* Every figure of the page starts; one that cannot keeps its still picture and its numbers. */

async function start(figure) {
  const spec = JSON.parse(figure.querySelector("script").textContent);
  const sizes = spec.controls.map(control => control.texts.length);
  new Explorer(figure, spec, await Table.open(spec.records, sizes), await Table.open(spec.constants, []));
}

/** A browser that cannot run the figure keeps the still picture and its numbers. */
function startAll() {
  for (const figure of document.querySelectorAll("figure.dl-explorer")) {
    start(figure).catch(error => console.warn("explorer:", error));
  }
}

if (document.readyState === "loading") addEventListener("DOMContentLoaded", startAll);
else startAll();
