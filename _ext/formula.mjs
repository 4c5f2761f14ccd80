// Typesets a formula alike when the book is built and in a page: Temml's MathML, mended.

const PADDING = { "0em 0em": "", "1em 0em": "gap", "0em 5.9776pt": "first" };
Object.assign(PADDING, { "5.9776pt 5.9776pt": "inner", "5.9776pt 0em": "last" });
const SCRIPTS = ["msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts"];
const OPENING = "([{⌊⌈⟨";
const CLOSING = ")]}⌋⌉⟩";

/** Mend what browsers would show otherwise than TeX does, and leave styles to the style sheet. */
function mend(node, inScript = false) {
  const { type, style = {}, attributes, children } = node;
  if (style.mathDepth !== undefined) {
    attributes.scriptlevel = style.mathDepth;
    node.style = {};
  }
  if (type === "mtd") {
    const padding = PADDING[`${style.paddingLeft} ${style.paddingRight}`];
    if (padding !== undefined) node.style = {};
    if (padding) node.classes.push(padding);
    const empty = (child) => child.type === "mrow" && !child.children.length;
    if (children.every(empty)) node.children = [];
  } else if (type === "math" && attributes.display) {
    node.classes = [];
    node.style = {};
  } else if (type === "mo") {
    const sign = children[0]?.text;
    if (sign && OPENING.includes(sign)) attributes.form = "prefix";
    if (sign && CLOSING.includes(sign)) attributes.form = "postfix";
    // In scripts TeX leaves no room around an operator, and nowhere between a sign and dots.
    if (inScript || sign === "⋯") attributes.lspace = attributes.rspace = "0em";
  }
  children?.forEach((child, k) => mend(child, inScript || (k > 0 && SCRIPTS.includes(type))));
}

/** Return MathML; throws for what Temml cannot typeset. */
export function typeset(temml, tex, displayMode) {
  const options = { displayMode, throwOnError: true, wrap: displayMode ? "none" : "tex" };
  const tree = temml.__renderToMathMLTree(tex, options);
  mend(tree);
  return tree.toMarkup();
}
