/* What a page needs beyond its theme: formulas that the keyboard reaches, and dark text on paper. */
(() => {
  /** A formula wider than its column scrolls by itself, so the Tab key must stop at it. */
  const reach = () => document.querySelectorAll('mjx-container[display="true"]').forEach(formula => {
    if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
    else formula.removeAttribute("tabindex");
  });
  addEventListener("load", () => window.MathJax?.startup?.promise.then(reach));
  addEventListener("resize", reach);

  const colours = document.documentElement.dataset;
  let onScreen;
  addEventListener("beforeprint", () => { onScreen = colours.theme; colours.theme = "light"; });
  addEventListener("afterprint", () => { colours.theme = onScreen; });
})();
