// A formula that scrolls sideways must be reachable by keyboard, and no other needs to be.
const watch = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const formula of document.querySelectorAll(".formula")) watch.observe(formula);
