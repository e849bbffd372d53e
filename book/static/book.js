/* What a page needs beyond its theme: formulas that the keyboard reaches, dark text on paper, what a term means. */
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

  const box = document.createElement("div");  // for the definition of the term in hand
  box.className = "dl-definition";
  box.popover = "manual";
  box.ariaHidden = "true";  // the link itself carries the words
  document.body.append(box);
  let waiting;
  const later = act => { clearTimeout(waiting); waiting = setTimeout(act, 250); };
  const close = () => { clearTimeout(waiting); box.togglePopover?.(false); };

  const explain = link => {
    clearTimeout(waiting);
    box.textContent = link.getAttribute("aria-description");
    box.style.inset = "0 auto auto 0";  // where it is as wide as it likes
    box.togglePopover(true);
    const [place, { width, height }] = [[...link.getClientRects()].at(-1), box.getBoundingClientRect()];
    const room = document.documentElement.clientWidth - width - 8;
    const below = place.bottom + height < innerHeight;
    box.style.left = `${Math.max(8, Math.min(place.left, room)) + scrollX}px`;
    box.style.top = `${(below ? place.bottom : place.top - height) + scrollY}px`;
  };
  if (box.togglePopover) for (const link of document.querySelectorAll("a.dl-term")) {
    link.addEventListener("focus", () => explain(link));
    link.addEventListener("blur", close);
    link.addEventListener("pointerenter", touch => touch.pointerType === "mouse" && later(() => explain(link)));
    link.addEventListener("pointerleave", () => later(close));
  }
  box.addEventListener("pointerenter", () => clearTimeout(waiting));
  box.addEventListener("pointerleave", () => later(close));
  addEventListener("keydown", press => press.key === "Escape" && close());
})();
