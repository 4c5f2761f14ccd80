// The grammar of exercises/parser.py, where it is described. A formula becomes a function of the
// values of its letters.

const SIGMOID = (x) => 1 / (1 + Math.exp(-x));
const CONSTANTS = { e: Math.E, pi: Math.PI };
export const FUNCTIONS = {
  exp: Math.exp,
  log: Math.log,
  ln: Math.log,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  sigma: SIGMOID,
  sigmoid: SIGMOID,
  abs: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
  max: Math.max,
  min: Math.min,
};
const TOKEN =
  /(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[A-Za-zα-ω_][\dA-Za-zα-ω_]*)|(?<sign>\*\*|[-+*/^(),])|(?<other>\S)/gu;
const SIGNS = { "−": "-", "–": "-", "·": "*", "⋅": "*", "×": "*", "∗": "*", "÷": "/" };
const GREEK = new Map(
  Object.entries({
    α: "alpha",
    β: "beta",
    γ: "gamma",
    δ: "delta",
    ε: "epsilon",
    η: "eta",
    θ: "theta",
    λ: "lambda",
    μ: "mu",
    π: "pi",
    ρ: "rho",
    σ: "sigma",
    φ: "phi",
  }),
);

class Mistake extends Error {
  constructor(reason, at) {
    super(reason);
    this.at = at;
  }
}

class Parser {
  constructor(text, letters) {
    this.letters = letters;
    this.raised = false; // whether the last power had an exponent
    const plain = text.replace(/[−–·⋅×∗÷]/g, (sign) => SIGNS[sign]);
    this.tokens = Array.from(plain.matchAll(TOKEN), ({ 0: word, index: at, groups }) => ({
      kind: Object.keys(groups).find((kind) => groups[kind] !== undefined),
      word,
      at,
    }));
    this.tokens.push({ kind: "end", word: "", at: text.trimEnd().length });
    for (const { kind, word, at } of this.tokens) {
      if (kind === "other") this.fail(`“${word}” has no meaning here`, at);
    }
  }

  fail(reason, at) {
    throw new Mistake(reason, at);
  }

  /** Move past the next token if it is one of these words, and return it. */
  take(...words) {
    return words.includes(this.tokens[0].word) ? this.tokens.shift().word : "";
  }

  formula() {
    const value = this.sum();
    const { kind, word, at } = this.tokens[0];
    if (word === ")") this.fail("this parenthesis was never opened", at);
    if (kind !== "end") {
      this.fail("a comma separates arguments; decimals are written with a point", at);
    }
    return value;
  }

  sum() {
    let value = this.term();
    for (;;) {
      const sign = this.take("+", "-");
      if (!sign) return value;
      const [left, right] = [value, this.term()];
      value = sign === "+" ? (at) => left(at) + right(at) : (at) => left(at) - right(at);
    }
  }

  term() {
    let value = this.signed();
    let sign = "";
    for (;;) {
      const divided = sign === "/";
      sign = this.take("*", "/");
      if (!sign && !this.atFactor(divided || this.raised)) return value;
      const [left, right] = [value, sign ? this.signed() : this.power()];
      value = sign === "/" ? (at) => left(at) / right(at) : (at) => left(at) * right(at);
    }
  }

  /** Whether a factor follows without a sign; refuses where that is unclear. */
  atFactor(ambiguous) {
    const { kind, word, at } = this.tokens[0];
    if (kind === "number") this.fail("a sign is missing before this number", at);
    if (kind !== "name" && word !== "(") return false;
    if (ambiguous) {
      this.fail("write * here, or parentheses: this could be read in two ways", at);
    }
    return true;
  }

  signed() {
    const sign = this.take("+", "-");
    if (!sign) return this.power();
    const value = this.signed();
    return sign === "-" ? (at) => -value(at) : value;
  }

  power() {
    const base = this.atom();
    const raised = Boolean(this.take("^", "**"));
    const exponent = raised && this.signed();
    this.raised = raised;
    return raised ? (at) => base(at) ** exponent(at) : base;
  }

  atom() {
    const { kind, word, at } = this.tokens.shift();
    if (kind === "number") return () => Number(word);
    if (kind === "name") return this.named(word, at);
    if (word !== "(") {
      this.fail(word ? "something is missing here" : "the formula stops too early", at);
    }
    const value = this.sum();
    this.close(at);
    return value;
  }

  close(opened) {
    const { word, at } = this.tokens[0];
    if (word === ",") {
      this.fail("a comma separates arguments; decimals are written with a point", at);
    }
    if (!this.take(")")) this.fail("this parenthesis is never closed", opened);
  }

  named(word, at) {
    const name = GREEK.get(word) ?? word;
    const known = (letter) => this.letters.includes(letter) || Object.hasOwn(CONSTANTS, letter);
    if (this.letters.includes(name)) return (point) => point[name];
    if (known(name)) return () => CONSTANTS[name];
    if (Object.hasOwn(FUNCTIONS, name)) {
      const values = this.arguments(word, at, name === "max" || name === "min" ? 2 : 1);
      return (point) => FUNCTIONS[name](...values.map((value) => value(point)));
    }
    const unknown = `“${word}” is not known here; `;
    if (word.length < 5 && [...word].every(known)) {
      this.fail(`${unknown}as a product, write ${[...word].join("*")}`, at);
    }
    const { letters } = this;
    this.fail(unknown + (letters.length ? `use ${letters.join(", ")}` : "the answer is a number"), at);
  }

  arguments(word, at, least) {
    const opened = this.tokens[0].at;
    if (!this.take("(")) this.fail(`${word} needs parentheses, as in ${word}(1)`, at);
    const values = [this.sum()];
    while (this.take(",")) values.push(this.sum());
    this.close(opened);
    if (values.length < least || (values.length > 1 && least === 1)) {
      this.fail(`${word} takes ${least === 1 ? "one number" : "two numbers or more"}`, at);
    }
    return values;
  }
}

/** The formula that a text writes in these letters, as a function of their values. */
export function parse(text, letters) {
  return new Parser(text, letters).formula();
}

// The verdict.

const TOLERANCE = 1e-9;
const written = (number, digits) => String(Number(number.toPrecision(digits))).replace("-", "−");

/** Whether two numbers agree; one that is not finite agrees with none. */
const close = (mine, right) => Math.abs(mine - right) <= TOLERANCE * Math.max(1, Math.abs(right));

/** How an answer differs; the right value is kept back where it is the answer itself. */
function difference(letters, point, mine, right) {
  const place = letters.map((name) => `${name} = ${written(point[name], 6)}`).join(", ");
  const start = `Not yet: ${place && `at ${place} `}your answer`;
  if (!letters.length) {
    if (!Number.isFinite(mine)) return `${start} has no value.`;
    return `${start} is ${written(mine, 6)}, which is too ${mine > right ? "large" : "small"}.`;
  }
  const digits = written(mine, 6) === written(right, 6) ? 12 : 6;
  const yours = Number.isFinite(mine) ? `is ${written(mine, digits)}` : "has no value";
  return `${start} ${yours}, the right one is ${written(right, digits)}.`;
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
      return { kind: "wrong", words: difference(names, point, mine, values[k]) };
    }
  }
  return { kind: "right", words: "Right." };
}

// The explorer.

const AROUND = 15;

/** The text around a place, with a caret below it. */
function caret(text, at) {
  const start = Math.max(0, at - AROUND);
  const before = (start ? "…" : "") + text.slice(start, at);
  const after = text.slice(at, at + AROUND);
  return `${before}${after}${at + AROUND < text.length ? "…" : ""}\n${" ".repeat([...before].length)}^`;
}

function help(vocabulary) {
  const letters = vocabulary.length ? `Letters: ${vocabulary.join("; ")}.` : "The answer is a number.";
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
        "Numbers with a decimal point, + − * / ^ and parentheses; the numbers e and pi; the functions " +
          `${functions}. A product may go without its sign before a letter or a parenthesis, as in ` +
          "2x or 3(x + 1); after a quotient or a power write it, as in x^2*y.",
      ),
    ),
  ];
}

function render({ model, el }) {
  const id = freshId();
  const asks = model.get("asks");
  const input = h("input", {
    id,
    type: "text",
    maxlength: 200,
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    "aria-describedby": `${id}-says`,
    "data-lm-suppress-shortcuts": "true",
  });
  const form = h(
    "form",
    { class: "answer-form" },
    h("label", { for: id }, `${asks} =`),
    input,
    h("button", { type: "submit" }, "Check"),
  );
  const says = spoken();
  says.id = `${id}-says`;
  const place = h("pre", { class: "answer-place", "aria-hidden": "true" });
  mount(el, `Your answer: ${asks}`, form, says, place, ...help(model.get("vocabulary")));

  function show({ kind, words, at }) {
    el.dataset.verdict = kind;
    says.textContent = words;
    input.setAttribute("aria-invalid", String(kind === "mistake"));
    place.textContent = kind === "mistake" ? caret(input.value, at) : "";
  }
  const read = (...traits) => Object.fromEntries(traits.map((name) => [name, model.get(name)]));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change(model, { answer: input.value });
    show(judge(input.value, read("names", "points", "values")));
  });
  input.addEventListener("input", () => show({ kind: "", words: "" }));
  return follow(model, ["answer"], () => {
    const answer = model.get("answer");
    if (answer === input.value) return;
    input.value = answer;
    show(judge(answer, read("names", "points", "values")));
  });
}

export default { render };
