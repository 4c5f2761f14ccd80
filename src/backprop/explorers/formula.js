// The words and signs of a formula as in exercises/lexer.py, and its grammar as in
// exercises/parser.py, where they are described. A formula becomes a function of the values of its
// letters, or whatever else is made of its parts.

const TOKEN =
  /(?<skip>[\s$\u200b\u2061-\u2063\ufeff]+|[.;](?=[\s$]*$)|\\[,;:! ()\[\]]|\\q?quad(?![A-Za-z])|\\(?:left|right|[bB]igg?[lr]?|displaystyle)(?![A-Za-z])|(?:np|numpy|math|sp|sympy)\.(?=[A-Za-z]))|(?<number>(?:[0-9]+(?:_[0-9]{3})*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?<parts>[¼-¾⅓⅔⅛])|(?<hat>\\(?:wide)?hat\s*(?:\{\s*[A-Za-z]\s*\}|[A-Za-z])(?:_\{\s*[0-9A-Za-z]+\s*\}|_[0-9A-Za-z]+|[₀-₉]+)?)|(?<upright>\\(?:operatorname|mathrm|text)\s*\{\s*[A-Za-z]+\s*\})|(?<command>\\[A-Za-z]+)|(?<name>ln(?=[0-9])|(?:ŷ|y\u0302)(?:_\{\s*[0-9A-Za-z]+\s*\}|_[0-9A-Za-z]+|[₀-₉]+)?|[A-Za-zα-ωϵϕ_][0-9A-Za-zα-ωϵϕ_₀-₉]*(?:(?<=_)\{\s*[0-9A-Za-z]+\s*\})?)|(?<raised>⁻?[⁰¹²³⁴-⁹]+)|(?<other>[<>!]=)|(?<sign>\*\*|\/\/|\{,\}|\\[{}|]|[-+*\/%^(),|=≈√⌊⌋⌈⌉\[\]{}−–·⋅∙×∗÷∕⁄])|(?<unknown>\S)/gu;
const meaning = (...rows) =>
  new Map(rows.flatMap(([word, ...writings]) => writings.map((written) => [written, word])));
const SIGNS = meaning(
  ["-", "−", "–"],
  ["*", "·", "⋅", "∙", "×", "∗", "cdot", "times", "ast"],
  ["/", "÷", "∕", "⁄", "div"],
  ["|", "\\|", "lvert", "rvert", "vert"],
  ["^", "**"],
  [",", "{,}"],
  ["{", "\\{"],
  ["}", "\\}"],
  ["⌊", "lfloor"],
  ["⌋", "rfloor"],
  ["=", "≈", "approx"],
  ["%", "bmod"],
  ["⌈", "lceil"],
  ["⌉", "rceil"],
);
const GREEK = meaning(
  ["alpha", "α"],
  ["beta", "β"],
  ["gamma", "γ"],
  ["delta", "δ"],
  ["epsilon", "ε", "ϵ"],
  ["eta", "η"],
  ["theta", "θ"],
  ["lambda", "λ"],
  ["mu", "μ"],
  ["pi", "π"],
  ["rho", "ρ"],
  ["sigma", "σ"],
  ["phi", "φ", "ϕ"],
);
const NAMES = new Map([
  ...GREEK,
  ...meaning(
    ["yhat", "ŷ", "y\u0302", "y_hat"],
    ["epsilon", "varepsilon"],
    ["phi", "varphi"],
    ["max", "maximum", "Max"],
    ["min", "minimum", "Min"],
    ["abs", "absolute", "Abs"],
    ["ceil", "ceiling"],
    ["sign", "sgn"],
  ),
]);
const named = (word) => NAMES.get(word) ?? word;
const PARTS = { "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8" };
const HATTED = /hat\s*\{?\s*([A-Za-z])\s*\}?(.*)/;
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

const SIGMOID = (x) => 1 / (1 + Math.exp(-x));
const CONSTANTS = { e: Math.E, pi: Math.PI };
export const FUNCTIONS = {
  exp: Math.exp,
  log: Math.log,
  ln: Math.log,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  sinh: Math.sinh,
  cosh: Math.cosh,
  sigma: SIGMOID,
  sigmoid: SIGMOID,
  relu: (x) => Math.max(0, x),
  abs: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
  max: Math.max,
  min: Math.min,
  clip: (x, low, high) => Math.min(Math.max(x, low), high),
  mod: (x, y) => x - y * Math.floor(x / y),
};
/** What a function makes of numbers; of an infinite one, nothing. */
const ofFinite = (f) => (...values) => (values.every(Number.isFinite) ? f(...values) : NaN);
const OPERATIONS = {
  "+": (x, y) => x + y,
  "-": (x, y) => x - y,
  "*": (x, y) => x * y,
  "/": (x, y) => x / y,
  negate: (x) => -x,
  raise: Math.pow,
  "^": ofFinite(Math.pow),
  ...Object.fromEntries(Object.entries(FUNCTIONS).map(([name, f]) => [name, ofFinite(f)])),
};
/** What the parts of a formula become: functions of the values of its letters. */
const EVALUATED = {
  number: (value) => () => value,
  letter: (name) => (point) => point[name],
  apply: (name, ...parts) => (point) => OPERATIONS[name](...parts.map((part) => part(point))),
};
const WORDS = new Set([...Object.keys(FUNCTIONS), ...Object.keys(CONSTANTS), ...GREEK.values()]);
const CLOSING = { "(": ")", "[": "]", "{": "}", "|": "|", "⌊": "⌋", "⌈": "⌉" };
const BRACKETS = { "|": "abs", "⌊": "floor", "⌈": "ceil" };
const SEVERAL = {
  max: "two numbers or more",
  min: "two numbers or more",
  clip: "three numbers",
  mod: "two numbers",
};
const COUNTS = { "one number": 1, "two numbers": 2, "three numbers": 3 };
const BETWEEN_GROUPS = /^(?:,|\{,\}|\\,|[ \u00a0\u2009\u202f])$/;
const SUBSCRIPTED = /^(.*?[^0-9_₀-₉])(_?[0-9]+|_[0-9A-Za-z]+|_\{.*\}|[₀-₉]+)$/u;

class Mistake extends Error {
  constructor(reason, at) {
    super(reason);
    this.at = at;
  }
}

function token(kind, text, at) {
  const word = text.replace(/^\\/, "");
  const is = (kind, word) => ({ kind, word, text, at });
  if (kind === "hat") {
    const [, letter, subscript] = text.match(HATTED);
    return is("name", `${letter}hat${subscript}`);
  }
  if (kind === "upright") return is("name", named(text.slice(text.indexOf("{") + 1, -1).trim()));
  if (kind === "raised") {
    const digits = Array.from(text, (sign) => (sign === "⁻" ? "-" : SUPERSCRIPTS.indexOf(sign)));
    return is(kind, digits.join(""));
  }
  if (kind === "name") return is(kind, named(word));
  if (kind === "command" && /^[dt]?frac$/.test(word)) return is("fraction", "frac");
  if (kind === "command" && WORDS.has(named(word))) return is("name", named(word));
  if (kind === "command") return is(SIGNS.has(word) ? "sign" : "other", SIGNS.get(word) ?? text);
  if (kind === "sign") return is(kind, SIGNS.get(text) ?? text);
  if (kind === "number") return is(kind, text.replaceAll("_", ""));
  return kind === "parts" ? is(kind, PARTS[text]) : is("other", text);
}

/** The tokens of a formula, the end last; what stands before an = is only a name for it. */
function tokens(text) {
  const read = Array.from(text.matchAll(TOKEN), ({ 0: typed, index, groups }) => [
    Object.keys(groups).find((kind) => groups[kind] !== undefined),
    typed,
    index,
  ])
    .filter(([kind]) => kind !== "skip")
    .map((parts) => token(...parts));
  const equals = read.findLastIndex(({ word }) => word === "=");
  const end = { kind: "end", word: "", text: "", at: text.trimEnd().length };
  return [...read.slice(equals + 1), end];
}

class Parser {
  constructor(text, letters, made) {
    this.text = text;
    this.made = made;
    this.letters = letters;
    this.known = (name) => letters.includes(name) || Object.hasOwn(CONSTANTS, name);
    this.raised = false; // whether the last power had an exponent that could go on
    this.subscripts = {}; // of the letters, as they were first written
    this.opened = [""]; // the brackets around this place, and "max" for its arguments
    this.decimals = false; // whether a number has decimals, so that it may be rounded
    this.tokens = tokens(text);
    for (const { kind, text: typed, at } of this.tokens) {
      if (kind === "other") this.fail(`“${typed}” has no meaning here`, at);
    }
  }

  fail(reason, at) {
    throw new Mistake(reason, at);
  }

  /** Move past the next token if it is one of these signs, and return it. */
  take(...words) {
    return words.includes(this.tokens[0].word) ? this.tokens.shift().word : "";
  }

  formula() {
    const value = this.sum();
    const { kind, word, at } = this.tokens[0];
    if (Object.values(CLOSING).includes(word)) this.fail("this parenthesis was never opened", at);
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
      value = this.made.apply(sign, value, this.term());
    }
  }

  term() {
    let value = this.signed();
    let sign = "";
    for (;;) {
      const divided = !["", "*"].includes(sign);
      sign = this.take("*", "/", "//", "%", "mod");
      if (!sign && !this.atFactor(divided, this.raised)) return value;
      value = this.combined(value, sign, sign ? this.signed() : this.power());
    }
  }

  combined(value, sign, factor) {
    if (sign === "%" || sign === "mod") return this.made.apply("mod", value, factor);
    if (sign === "//") return this.made.apply("floor", this.made.apply("/", value, factor));
    return this.made.apply(sign || "*", value, factor);
  }

  /** Whether a factor follows without a sign; refuses where that is unclear. */
  atFactor(divided = false, raised = false) {
    const { kind, word, at } = this.tokens[0];
    if (kind === "number" || kind === "parts") this.fail("a sign is missing before this number", at);
    const closes = word === "|" && this.opened.at(-1) === "|";
    const begins = kind === "name" || kind === "fraction" || word === "√" || word in CLOSING;
    if (closes || !begins) return false;
    const letter = kind === "name" && (this.known(word) || !Object.hasOwn(FUNCTIONS, word));
    if (divided || (raised && letter)) {
      this.fail("write * here, or parentheses: this could be read in two ways", at);
    }
    return true;
  }

  signed() {
    const sign = this.take("+", "-");
    if (!sign) return this.power();
    const value = this.signed();
    return sign === "-" ? this.made.apply("negate", value) : value;
  }

  power() {
    const counts = this.tokens[0].kind === "number" || this.tokens[0].word === "e";
    const base = this.atom();
    this.raised = false;
    if (this.tokens[0].kind === "raised") {
      return this.raise(base, Number(this.tokens.shift().word));
    }
    if (!this.take("^")) return base;
    const { kind, word } = this.tokens[0];
    const ends = word === "{" || (kind === "number" && !counts);
    const exponent = this.signed();
    this.raised ||= !ends;
    return this.made.apply("^", base, exponent);
  }

  raise(base, exponent) {
    return this.made.apply("raise", base, this.made.number(exponent));
  }

  atom() {
    const token = this.tokens.shift();
    const { kind, word, at } = token;
    if (kind === "number") return this.number(token);
    if (kind === "name") return this.named(token);
    if (kind === "parts") {
      return this.made.apply("/", ...[word[0], word[2]].map((digit) => this.made.number(+digit)));
    }
    if (kind === "fraction") {
      return this.made.apply("/", this.group(token), this.group(token));
    }
    if (word === "√") return this.root(at);
    if (!(word in CLOSING)) {
      this.fail(word ? "something is missing here" : "the formula stops too early", at);
    }
    const value = this.bracket(token);
    return word in BRACKETS ? this.made.apply(BRACKETS[word], value) : value;
  }

  /** Read a number, and the threes of digits that follow it, as in 105,415,200. */
  number({ word, text, at }) {
    let digits = word;
    let end = at + text.length;
    let grouped = !Object.hasOwn(SEVERAL, this.opened.at(-1)) && /^[1-9]\d{0,2}$/.test(word);
    while (grouped) {
      const count = this.tokens[0].word === "," ? 2 : 1;
      const next = this.tokens[count - 1];
      const between = BETWEEN_GROUPS.test(this.text.slice(end, next.at));
      if (!between || next.kind !== "number" || !/^\d{3}(?:\.\d*)?$/.test(next.text)) break;
      digits += next.word;
      end = next.at + next.text.length;
      grouped = !next.word.includes(".");
      this.tokens.splice(0, count);
    }
    this.decimals ||= !/^\d+$/.test(digits);
    return this.made.number(Number(digits));
  }

  /** Read what stands in a bracket that was just opened, and close it. */
  bracket(opening) {
    this.opened.push(opening.word);
    const value = this.sum();
    this.close(opening);
    return value;
  }

  close(opening) {
    const { word, at } = this.tokens[0];
    if (word === ",") {
      this.fail("a comma separates arguments; decimals are written with a point", at);
    }
    if (!this.take(CLOSING[opening.word])) {
      const what = opening.word === "(" ? "parenthesis" : "bracket";
      this.fail(`this ${what} is never closed`, opening.at);
    }
    this.opened.pop();
  }

  group(fraction) {
    const { kind, word, text, at } = this.tokens[0];
    if (word === "{") return this.bracket(this.tokens.shift());
    if (!["number", "name"].includes(kind) || text[0] === "\\") {
      this.fail("write \\frac with two pairs of braces, as in \\frac{1}{2}", fraction.at);
    }
    const rest = tokens(text.slice(1)).slice(0, -1);
    for (const token of rest) token.at += at + 1;
    this.tokens.splice(0, 1, { kind, word: text[0], text: text[0], at }, ...rest);
    return this.atom();
  }

  root(at) {
    const bracketed = this.tokens[0].word in CLOSING;
    const value = this.atom();
    if (!bracketed && (this.tokens[0].word === "^" || this.tokens[0].kind === "raised")) {
      this.fail("write parentheses after √: this could be read in two ways", at);
    }
    return this.made.apply("sqrt", value);
  }

  named(token) {
    const { word: name, text, at } = token;
    if (this.known(name)) return this.letter(name, "", at);
    if (Object.hasOwn(FUNCTIONS, name)) {
      const exponent = this.functionPower();
      const base = this.made.apply(name, ...this.arguments(token));
      return exponent === 1 ? base : this.raise(base, exponent);
    }
    const typed = [...text];
    const letters = typed.map(named);
    const product = letters.every(
      (letter, k) =>
        this.known(letter) || (Object.hasOwn(FUNCTIONS, letter) && k === letters.length - 1),
    );
    if (letters.length > 1 && product) {
      const others = letters.map((word, k) => ({ kind: "name", word, text: typed[k], at: at + k }));
      this.tokens.unshift(...others.slice(1));
      return this.letter(letters[0], "", at);
    }
    const [, plain, subscript] = name.match(SUBSCRIPTED) ?? [];
    if (this.letters.includes(named(plain))) {
      return this.letter(named(plain), subscript.replace(/[_{}\s]/g, ""), at);
    }
    const use = this.letters.length ? `use ${this.letters.join(", ")}` : "the answer is a number";
    return this.fail(`“${text}” is not known here; ${use}`, at);
  }

  /** A letter's value; its subscript, if any, has to be the same each time. */
  letter(name, subscript, at) {
    this.subscripts[name] ??= subscript;
    if (this.subscripts[name] !== subscript) {
      this.fail(`there is only one ${name} here: write it alike each time`, at);
    }
    return this.letters.includes(name) ? this.made.letter(name) : this.made.number(CONSTANTS[name]);
  }

  /** Read the exponent of a function that stands before its argument, as in \\tanh^{2}(z). */
  functionPower() {
    const { kind, word } = this.tokens[0];
    if (kind === "raised" && !word.includes("-")) return Number(this.tokens.shift().word);
    for (const form of [
      ["^", ""],
      ["^", "{", "", "}"],
    ]) {
      const next = this.tokens.slice(0, form.length);
      const number = next[form.indexOf("")];
      const fits = next.length === form.length && form.every((sign, k) => !sign || next[k].word === sign);
      if (fits && number.kind === "number" && /^\d+$/.test(number.word)) {
        this.tokens.splice(0, form.length);
        return Number(number.word);
      }
    }
    return 1;
  }

  arguments(token) {
    const { word: name, text, at } = token;
    const opening = this.tokens[0];
    if (!this.take("(", "[", "{")) return [this.bareArgument(token)];
    this.opened.push(name);
    const values = [this.sum()];
    while (this.take(",")) values.push(this.sum());
    this.close(opening);
    const wanted = SEVERAL[name] ?? "one number";
    if (wanted in COUNTS ? values.length !== COUNTS[wanted] : values.length < 2) {
      this.fail(`${text} takes ${wanted}`, at);
    }
    return values;
  }

  /** Read what a function is given without parentheses, if it is clear where that ends. */
  bareArgument({ word: name, text, at }) {
    const { kind, word } = this.tokens[0];
    const closes = word === "|" && this.opened.at(-1) === "|";
    const begins =
      ["number", "parts", "name", "fraction"].includes(kind) || ["√", "|", "⌊", "⌈"].includes(word);
    if (Object.hasOwn(SEVERAL, name) || closes || !begins) {
      this.fail(`${text} needs parentheses, as in ${text}(1)`, at);
    }
    const value = this.atom();
    const goesOn = this.tokens[0].kind === "raised" || this.tokens[0].word === "^";
    if (goesOn || this.atFactor()) {
      this.fail(`write parentheses after ${text}: this could be read in two ways`, at);
    }
    return value;
  }
}

/** What a text makes of its parts: numbers, these letters, and what is applied to them. */
function build(text, letters, made) {
  return new Parser(text, letters, made).formula();
}

/**
 * The formula that a text writes in these letters, as a function of their values; it says whether
 * some of its numbers have decimals.
 */
export function parse(text, letters) {
  const parser = new Parser(text, letters, EVALUATED);
  const formula = parser.formula();
  return Object.assign((point) => formula(point), { decimals: parser.decimals });
}
