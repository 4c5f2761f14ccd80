// A formula as it was read, typeset: MathML made of its parts; `formula.js` reads it.

const MATHML = "http://www.w3.org/1998/Math/MathML";
const LETTERS = Object.fromEntries([...GREEK].reverse().map(([written, name]) => [name, written]));
const SHOWN = { log: "ln", sigmoid: "σ", sigma: "σ" };
const FENCES = { abs: "||", floor: "⌊⌋", ceil: "⌈⌉" };
const [SUM, SIGNED, PRODUCT, FACTOR, POWER, ATOM] = [1, 2, 3, 4, 5, 6]; // how strongly parts bind

function m(tag, ...children) {
  const element = document.createElementNS(MATHML, tag);
  element.append(...children);
  return element;
}

const sign = (text) => m("mo", text);
const fenced = ([open, close], ...inside) => m("mrow", sign(open), ...inside, sign(close));

/** A part, in parentheses if it binds less strongly than its place asks. */
const at = (least, { binds, element }) => (binds < least ? fenced("()", element) : element);
const part = (binds, element, more = {}) => ({ binds, element, ...more });

function letter(name) {
  if (!name.endsWith("hat")) return m("mi", LETTERS[name] ?? name);
  const hat = sign("^");
  hat.setAttribute("stretchy", "false");
  return m("mover", m("mi", name.slice(0, -3)), hat);
}

function product(left, right) {
  const between = sign(right.digit ? "·" : "\u2062");
  const row = m("mrow", at(SIGNED, left), between, at(FACTOR, right));
  return part(left.binds === SIGNED ? SIGNED : PRODUCT, row, { digit: left.digit });
}

const power = (base, exponent) =>
  part(POWER, m("msup", at(ATOM, base), exponent.element), { digit: base.digit });

const APPLIED = {
  "+": (x, y) => part(SUM, m("mrow", x.element, sign("+"), at(PRODUCT, y))),
  "-": (x, y) => part(SUM, m("mrow", x.element, sign("−"), at(PRODUCT, y))),
  "*": product,
  "/": (x, y) => part(FACTOR, m("mfrac", x.element, y.element), { digit: true }),
  mod: (x, y) => part(PRODUCT, m("mrow", at(PRODUCT, x), m("mi", "mod"), at(ATOM, y))),
  negate: (x) => part(SIGNED, m("mrow", sign("−"), at(PRODUCT, x))),
  "^": power,
  raise: power,
  exp: (x) => power(part(ATOM, m("mi", "e")), x),
  sqrt: (x) => part(ATOM, m("msqrt", x.element)),
};

function applied(name, ...parts) {
  if (APPLIED[name]) return APPLIED[name](...parts);
  const inside = parts.flatMap(({ element }, k) => (k ? [sign(","), element] : [element]));
  if (FENCES[name]) return part(ATOM, fenced(FENCES[name], ...inside));
  return part(ATOM, m("mrow", m("mi", SHOWN[name] ?? name), fenced("()", ...inside)));
}

const WRITTEN = {
  number: (value) => {
    if (value === Math.E) return part(ATOM, m("mi", "e"));
    if (value === Math.PI) return part(ATOM, m("mi", "π"));
    const text = String(Math.abs(value));
    const number = part(ATOM, m("mn", text), { digit: true });
    return value < 0 ? applied("negate", number) : number;
  },
  letter: (name) => part(ATOM, letter(name)),
  apply: applied,
};

/** A text as MathML, as it is read in these letters; `Mistake` where it is no formula. */
function typeset(text, letters) {
  const math = m("math", build(text, letters, WRITTEN).element);
  math.setAttribute("displaystyle", "true");
  return math;
}
