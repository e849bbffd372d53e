/* Every figure of the page starts; one that cannot keeps its still picture and its numbers, and says why. */

async function start(figure) {
  const spec = JSON.parse(figure.querySelector("script").textContent), { controls, live } = spec;
  for (const control of controls) if (control.count) control.texts = Array.from({ length: control.count }, (_, i) => String(i));
  const constants = await Table.open(spec.constants, []);
  if (!live) return new Explorer(figure, spec, await Table.open(spec.records, controls.map(({ texts }) => texts.length)), constants);
  const kernel = await Kernel.open(live, controls);
  const difference = await kernel.prove(controls.map(control => control.start));
  new Explorer(figure, spec, kernel, constants);
  note(figure, `Computed in your browser by the book's own function (${Math.ceil(kernel.size / 1000)} kB); ` +
    (difference ? `its first numbers differ from JAX's by at most ${written(difference, ".0e")}.` : "its first numbers equal JAX's."));
}

const note = (figure, text) => figure.append(make("p", { className: "dl-badge" }, text));

function startAll() {
  for (const figure of document.querySelectorAll("figure.dl-explorer")) {
    start(figure).catch(error => {
      console.info("explorer:", error);
      figure.classList.add("dl-refused");
      note(figure, `Shown as a picture: ${error.message}.`);
    });
  }
}

if (document.readyState === "loading") addEventListener("DOMContentLoaded", startAll);
else startAll();
