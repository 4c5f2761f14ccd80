// Lays out what a proof shows as the book does.
import temml from "temml";
import { typeset } from "../formula.mjs";

const CONDITION = " \\qquad ("; // a narrow page sets what follows below

export function element(name, className, ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function formula(tex, displayed) {
  const template = document.createElement("template");
  try {
    template.innerHTML = typeset(temml, tex, displayed);
  } catch {
    return element("code", "", tex);
  }
  return template.content;
}

const inline = (pieces) =>
  pieces.map(([isFormula, text]) => (isFormula ? formula(text, false) : text));

function box(tex) {
  const node = element("div", "formula", formula(tex, true));
  node.tabIndex = 0; // it may scroll
  return node;
}

const LAYOUTS = {
  lines: ({ parts }) =>
    element(
      "div",
      "derivation",
      ...parts.map(([kind, pieces]) =>
        element("div", kind === "term" ? "term formula" : kind, ...inline(pieces)),
      ),
    ),
  math({ tex }) {
    const at = tex.indexOf(CONDITION);
    const boxes = at < 0 ? [tex] : [tex.slice(0, at), `(${tex.slice(at + CONDITION.length)}`];
    return element("div", "math", element("div", "stated", ...boxes.map(box)));
  },
  words: ({ pieces }) => element("p", "because", ...inline(pieces)),
  text: ({ text }) => element("pre", "", text),
  table: ({ rows: [headings, ...rows] }) =>
    element(
      "table",
      "table",
      element("thead", "", row("th", headings)),
      element("tbody", "", ...rows.map((cells) => row("td", cells))),
    ),
};

const row = (name, cells) =>
  element("tr", "", ...cells.map((cell) => element(name, "", ...inline(cell))));

/** Return elements for the blocks that a run shows. */
export const shown = (blocks) => blocks.map((block) => LAYOUTS[block.kind](block));
