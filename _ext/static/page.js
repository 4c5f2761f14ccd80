// What scrolls sideways must be reachable by keyboard, and nothing else needs to be.
const watch = new ResizeObserver((entries) => {
  const boxes = entries.map(({ target }) => target);
  const wide = boxes.map((box) => box.scrollWidth > box.clientWidth); // all are read, then written
  for (const [k, box] of boxes.entries()) {
    if (wide[k]) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
});
const boxes = ".formula, .picture, pre, .cell_output > .output, .pst-scrollable-table-container";
for (const box of document.querySelectorAll(boxes)) watch.observe(box);

// The theme's buttons: what they do is said here, as a server may forbid scripts in the page.
document.addEventListener("click", ({ target }) => {
  const press = target.closest("[data-press]")?.dataset.press;
  if (press === "print") print();
  if (press === "fullscreen") toggleFullScreen();
});

/** Unfold the mistake that a link leads to: its heading alone would not tell much. */
function unfold() {
  const target = document.getElementById(location.hash.slice(1));
  target?.querySelector(":scope > .mistake")?.setAttribute("open", "");
}
addEventListener("hashchange", unfold);
unfold();
