// A formula that scrolls sideways must be reachable by keyboard, and no other needs to be.
const watch = new ResizeObserver((entries) => {
  const boxes = entries.map(({ target }) => target);
  const wide = boxes.map((box) => box.scrollWidth > box.clientWidth); // all are read, then written
  for (const [k, box] of boxes.entries()) {
    if (wide[k]) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
});
for (const formula of document.querySelectorAll(".formula")) watch.observe(formula);
