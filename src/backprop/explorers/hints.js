// The hints of an exercise, one after the other as the reader asks; `written.js` typesets what
// stands between dollars.

const ANY_LETTER = [..."abcdfghijklmnopqrstuvwxyzABCDFGHKLMNPRSTWXYZ", "yhat", ...GREEK.values()];

/** A button that shows the next hint, and where the hints appear. */
function hintsOf(hints) {
  const shown = h("div", { class: "answer-hints", "aria-live": "polite" });
  let next = 0;
  const more = button("Hint", () => {
    const parts = hints[next].split("$");
    shown.append(h("p", {}, ...parts.map((part, k) => (k % 2 ? typeset(part, ANY_LETTER) : part))));
    next += 1;
    more.textContent = "Another hint";
    more.hidden = next === hints.length;
  });
  more.classList.add("answer-hint");
  more.hidden = !hints.length;
  return [more, shown];
}
