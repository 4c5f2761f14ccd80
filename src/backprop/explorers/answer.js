// What is said of an answer, and the box that it is typed into; `formula.js` reads it, `written.js`
// shows how.

const TOLERANCE = 1e-9;
const written = (number, digits) => String(Number(number.toPrecision(digits))).replace("-", "−");

/** Whether two numbers agree; one that is not finite agrees with none. */
const close = (mine, right) => Math.abs(mine - right) <= TOLERANCE * Math.max(1, Math.abs(right));

/** To how many digits a number is right: it is off by at most half of one in the last. */
function rightDigits(mine, right) {
  const first = Math.floor(Math.log10(Math.abs(right)));
  return Math.floor(first + 1 - Math.log10(2 * Math.abs(mine - right)) + 1e-9);
}

/** How a number differs from the right one, which is kept back: it is the answer itself. */
function unlike(mine, right, rounded) {
  if (!Number.isFinite(mine)) return "has no value.";
  const digits = rounded && !Number.isInteger(right) ? rightDigits(mine, right) : 0;
  if (digits < 2) return `is ${written(mine, 6)}, which is too ${mine > right ? "large" : "small"}.`;
  const wanted = "the exact number is wanted, or nine digits of it";
  return `is ${written(mine, 12)}, right to ${digits} digits; ${wanted}.`;
}

/** How an answer differs from the right one at a point. */
function difference(letters, point, mine, right, rounded) {
  if (!letters.length) return `Not yet: your answer ${unlike(mine, right, rounded)}`;
  const place = letters.map((name) => `${name} = ${written(point[name], 6)}`).join(", ");
  const digits = written(mine, 6) === written(right, 6) ? 12 : 6;
  const yours = Number.isFinite(mine) ? `is ${written(mine, digits)}` : "has no value";
  return `Not yet: at ${place} your answer ${yours}, the right one is ${written(right, digits)}.`;
}

/** What is said of a text: words, and where it is no formula, the place `at`. */
export function judge(text, { names, points, values }) {
  if (!text.trim()) return { kind: "empty", words: "Type a formula, then press Enter." };
  let formula;
  try {
    formula = parse(text, names);
  } catch (mistake) {
    if (!(mistake instanceof Mistake)) throw mistake;
    const { message, at } = mistake;
    return { kind: "mistake", words: `At character ${at + 1}: ${message}.`, at };
  }
  for (const [k, row] of points.entries()) {
    const point = Object.fromEntries(names.map((name, j) => [name, row[j]]));
    const mine = formula(point);
    if (!close(mine, values[k])) {
      return { kind: "wrong", words: difference(names, point, mine, values[k], formula.decimals) };
    }
  }
  return { kind: "right", words: "Right." };
}

// The explorer.

const AROUND = 15;
const PAUSE = 1200; // ms without a key, after which what is typed is kept, and spoken

/** The text around a place, with a caret below it. */
function caret(text, at) {
  const start = Math.max(0, at - AROUND);
  const before = (start ? "…" : "") + text.slice(start, at);
  const after = text.slice(at, at + AROUND);
  return `${before}${after}${at + AROUND < text.length ? "…" : ""}\n${" ".repeat([...before].length)}^`;
}

function help(vocabulary, [value]) {
  const accuracy = Number.isInteger(value) ? "" : ": exact, as in 2/3 or ln(5), or to nine digits";
  const letters = vocabulary.length
    ? `Letters: ${vocabulary.join("; ")}.`
    : `The answer is a number${accuracy}.`;
  const functions = Object.keys(FUNCTIONS).join(", ");
  return [
    h("p", { class: "answer-letters" }, letters),
    h(
      "details",
      {},
      h("summary", {}, "How to type it"),
      h(
        "p",
        {},
        "Numbers with a decimal point, + − * / ^ and brackets; the numbers e and pi; the functions " +
          `${functions}. A product may go without its sign before a letter or a bracket, as in ` +
          "2x or 3(x + 1); after a quotient write it, as in 1/2*x. You may also write x², √x, |x|, " +
          "⌊x⌋, ln x or Greek letters, and paste LaTeX or NumPy: \\frac{1}{2}, \\hat{y}, np.exp(x). " +
          "What you type stays on this device.",
      ),
    ),
  ];
}

function render({ model, el }) {
  const names = model.get("names");
  const judged = (text) =>
    judge(text, { names, points: model.get("points"), values: model.get("values") });
  const { form, input, says, typed, start } = answerForm(
    { model, el },
    { sign: " =", judged, read: showReading, shown },
  );
  const reading = h("div", { class: "answer-reading", "aria-hidden": "true" });
  const spokenReading = h("div", { class: "explorer-hidden", "aria-live": "polite" });
  const place = h("pre", { class: "answer-place", "aria-hidden": "true" });
  const prove = h("button", { type: "button", class: "answer-prove", hidden: "" }, "Prove it");
  const proved = h("p", { class: "answer-proved", "aria-live": "polite" });
  mount(
    el,
    `Your answer: ${model.get("asks")}`,
    form,
    reading,
    spokenReading,
    says,
    place,
    prove,
    proved,
    ...hintsOf(model.get("hints")),
    ...help(model.get("vocabulary"), model.get("values")),
  );

  /** Let the proof engine judge, for all values; in the static page `live` brings it. */
  async function judgeByProof() {
    const text = input.value;
    const say = (words) => {
      if (input.value === text) proved.textContent = words;
    };
    prove.hidden = true;
    try {
      say((await window.live.ask({ exercise: model.get("exercise"), text }, say)).words);
    } catch (error) {
      say(error.message);
    }
  }
  prove.addEventListener("click", judgeByProof);

  /** Show how a text is read; one that is no formula yet leaves the last reading, dimmed. */
  function showReading() {
    try {
      reading.replaceChildren(...(input.value.trim() ? [typeset(input.value, names)] : []));
      reading.classList.remove("answer-stale");
    } catch (mistake) {
      if (!(mistake instanceof Mistake)) throw mistake;
      reading.classList.add("answer-stale");
    }
  }

  function shown({ kind, at }) {
    proved.textContent = "";
    prove.hidden = kind !== "right" || !window.live;
    if (!prove.hidden && window.live.isLoaded()) judgeByProof();
    place.textContent = kind === "mistake" ? caret(input.value, at) : "";
  }

  let timer;
  function paused() {
    typed();
    const { kind, words } = judged(input.value);
    if (kind === "mistake") says.textContent = words;
    else spokenReading.replaceChildren(...[...reading.children].map((math) => math.cloneNode(true)));
  }
  form.addEventListener("submit", () => clearTimeout(timer));
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(paused, PAUSE);
  });
  return start();
}

export default { render };
