// Formulas: the small part of TeX that Python writes, as HTML, as SVG, and in words.

const SIGNS = {
  "\\delta": "δ",
  "\\sigma": "σ",
  "\\Phi": "Φ",
  "\\varphi": "φ",
  "\\partial": "∂",
  "\\cdot": "·",
  "\\approx": "≈",
  "\\leq": "≤",
  "-": "−",
  "'": "′",
};
const OPERATOR = / ?(\\cdot|\\approx|\\leq|[-=+<>]) /;
const TOKEN = new RegExp(`${OPERATOR.source}|\\\\[A-Za-z]+ ?|\\d+(?:\\.\\d+)?|.`, "g");
const BREAKS = "+−=≈"; // a line may end before one of these

/** Read TeX as a list of texts, {operator}, {lower}, {upper}, {frac} and {upright}. */
function parse(tex) {
  const tokens = tex.match(TOKEN) ?? [];
  function group() {
    const items = [];
    while (tokens.length && tokens[0] !== "}") items.push(item());
    tokens.shift();
    return items;
  }
  function braced() {
    tokens.shift();
    return group();
  }
  function item() {
    const token = tokens.shift();
    const sign = SIGNS[token.trim()] ?? token.trim();
    if (token.length > 1 && OPERATOR.test(token)) return { operator: sign };
    if (token === "_") return { lower: braced() };
    if (token === "^") return { upper: braced() };
    if (token === "\\frac") return { frac: [braced(), braced()] };
    if (token === "\\mathrm") return { upright: braced() };
    if (/^\\(log|max|tanh) ?$/.test(token)) return { upright: [token.slice(1).trim()] };
    return sign || "\u2009";
  }
  return group();
}

/** Read it aloud. */
function words(items) {
  const say = (item) => {
    if (typeof item === "string") return item;
    if (item.operator) return ` ${item.operator} `;
    if (item.frac) return item.frac.map(grouped).join("/");
    if (item.upright) return words(item.upright);
    const script = words(item.lower ?? item.upper);
    return item.lower || script.startsWith("[") ? ` ${script}` : `^${script}`;
  };
  return items.map(say).join("").trim();
}

/** Read a part of a fraction aloud, in parentheses if it is a sum. */
function grouped(items) {
  return items.some(({ operator }) => operator) ? `(${words(items)})` : words(items);
}

const isLetter = (text) => /^[A-Za-zδσφ]$/.test(text);

/** Typeset as HTML nodes; scripts that follow one another stand one above the other. */
function html(items, upright = false) {
  const nodes = [];
  items.forEach((item, k) => {
    if (typeof item === "string") {
      nodes.push(isLetter(item) && !upright ? h("i", {}, item) : item);
    } else if (item.operator) {
      nodes.push(h("span", { class: "stepper-operator" }, item.operator));
    } else if (item.upright) {
      nodes.push(h("span", {}, ...html(item.upright, true)));
    } else if (item.frac) {
      const parts = item.frac.map((part) => h("span", {}, ...html(part)));
      nodes.push(h("span", { class: "stepper-frac" }, ...parts));
    } else if (item.lower && items[k + 1]?.upper) {
      const scripts = [items[k + 1].upper, item.lower].map((part) => h("span", {}, ...html(part)));
      nodes.push(h("span", { class: "stepper-scripts" }, ...scripts));
    } else if (item.lower || !items[k - 1]?.lower) {
      nodes.push(h(item.lower ? "sub" : "sup", {}, ...html(item.lower ?? item.upper)));
    }
  });
  return nodes;
}

/** A line of a formula, which breaks only before a sum's sign or a relation. */
function formula(tex, kind) {
  const items = parse(tex);
  const starts = items.flatMap(({ operator }, k) => (BREAKS.includes(operator) ? [k] : []));
  const cuts = [...new Set([0, ...starts, items.length])];
  const runs = cuts.slice(1).map((end, k) => {
    const run = html(items.slice(cuts[k], end));
    return [h("span", { class: "stepper-run" }, ...run), " "];
  });
  const label = { role: "math", "aria-label": words(items) };
  return h("div", { class: `stepper-math ${kind}`, ...label }, ...runs.flat());
}

/** Typeset the name of a quantity as SVG. */
function svgName(tex) {
  const span = (more, text) => `<tspan ${more}>${text}</tspan>`;
  const items = parse(tex);
  const pieces = items.map((item, k) => {
    if (typeof item === "string") return isLetter(item) ? span('font-style="italic"', item) : item;
    const text = words(item.lower ?? item.upper);
    if (item.lower) return span('class="stepper-script" dy="3"', text);
    const back = words(items[k - 1].lower).length * 4.2;
    return span(`class="stepper-script" dy="-8" dx="${-back}"`, text);
  });
  return pieces.join("");
}

// The graph.

const INSET = 6;

function boxSvg([name, width, height, below, lines], [x, y], { line, pad }) {
  const texts = lines.map(([slot, tex], row) => {
    const at = pad + line * (row + 0.72);
    const kind = /^[dg]/.test(slot) ? "stepper-slope" : "stepper-value";
    return (
      `<g data-slot="${slot}" class="${kind}"><text x="${INSET}" y="${at}" ` +
      `class="stepper-name">${svgName(tex)}</text>` +
      `<text x="${width - INSET}" y="${at}" class="stepper-number"></text></g>`
    );
  });
  const rule = pad + line * (lines.length - below);
  const ruled = below ? `<path class="stepper-rule" d="M${INSET} ${rule}H${width - INSET}"/>` : "";
  return (
    `<g data-box="${name}" class="stepper-box" transform="translate(${x} ${y})">` +
    `<rect width="${width}" height="${height}" rx="7"/>${ruled}${texts.join("")}</g>`
  );
}

function edgeSvg(name, [x, y, u, v]) {
  const turn = (Math.atan2(v - y, u - x) * 180) / Math.PI;
  return wireSvg(`data-edge="${name}"`, `M${x} ${y}L${u} ${v}`, [x, y, turn], [u, v, turn]);
}

function labelSvg(name, [x, y, roomy], step) {
  const text = (slot, kind) => `<text data-slot="${slot}" class="stepper-number walk-label ${kind}"></text>`;
  return (
    `<g data-label="${name}" class="stepper-label${roomy ? "" : " stepper-crowded"}" ` +
    `transform="translate(${x} ${y})" style="--line: ${step}px">` +
    `${text(name, "stepper-value")}${text(`d${name}`, "stepper-slope")}</g>`
  );
}

/** The whole graph in one of its two layouts, with nothing filled in. */
function graphSvg(graph, tall) {
  const { size, boxes, edges, labels, heads } = tall ? graph.tall : graph.wide;
  const entries = Object.entries;
  const label = `Computational graph of a ${graph.sizes.join("-")} network and its loss`;
  return (
    `<svg viewBox="0 0 ${size.join(" ")}" role="img" aria-label="${label}">` +
    heads.map(([x, text]) => `<text class="stepper-head" x="${x}" y="15">${text}</text>`).join("") +
    entries(edges).map(([name, ends]) => edgeSvg(name, ends)).join("") +
    entries(labels).map(([name, place]) => labelSvg(name, place, graph.label)).join("") +
    graph.boxes.map((box) => boxSvg(box, boxes[box[0]], graph)).join("") +
    "</svg>"
  );
}

/** Write what stands at a step into the graph, and light the path that leads to it. */
function fill(stage, given, steps, now) {
  const standing = { ...given };
  for (const { slot, text } of steps.slice(1, now + 1)) standing[slot] = text;
  const { slot, lit, phase } = steps[now];
  stage.dataset.phase = phase;
  for (const element of stage.querySelectorAll("[data-slot]")) {
    const name = element.dataset.slot;
    element.classList.toggle("stands", name in standing);
    element.classList.toggle("now", name === slot);
    const text = element.matches("text") ? element : element.querySelector(".stepper-number");
    text.textContent = standing[name] ?? "";
  }
  for (const element of stage.querySelectorAll("[data-edge], [data-label], [data-box]")) {
    const { edge, label, box } = element.dataset;
    const name = edge ?? label ?? box;
    const mine = box ? element.querySelector(".now") !== null : slot === `d${name}`;
    element.classList.toggle("lit", lit.includes(name));
    element.classList.toggle("now", mine);
  }
}

// The gradients, as tables.

/** A table for each layer: a row for each unit, a column for what its weights come from. */
function tables({ sizes }) {
  return sizes.slice(1).map((units, k) => {
    const l = k + 1;
    const from = Array.from({ length: sizes[k] }, (_, j) => `${k ? "a" : "x"}_{${j + 1}}`);
    const heads = from.map((tex) => h("th", { scope: "col" }, ...html(parse(tex))));
    const rows = Array.from({ length: units }, (_, i) => {
      const slots = [...from.map((_, j) => `dw${l}.${i + 1}.${j + 1}`), `db${l}.${i + 1}`];
      const cells = slots.map((slot) => h("td", { "data-cell": slot }));
      return h("tr", {}, h("th", { scope: "row" }, ...html(parse(`z_{${i + 1}}`))), ...cells);
    });
    const corner = h("th", { scope: "col" }, h("span", { class: "explorer-hidden" }, "to, from"));
    const bias = h("th", { scope: "col" }, ...html(["b"]));
    const table = h(
      "table",
      {},
      h("caption", {}, `Gradients of layer ${l}`),
      h("thead", {}, h("tr", {}, corner, ...heads, bias)),
      h("tbody", {}, ...rows),
    );
    return h("div", { class: "stepper-table" }, table);
  });
}

function tabulate(ledger, steps, now) {
  const found = new Map(steps.slice(1, now + 1).map(({ slot, result }) => [slot, result]));
  for (const cell of ledger.querySelectorAll("[data-cell]")) {
    const result = found.get(cell.dataset.cell)?.replace(/^\S+ /, "");
    cell.replaceChildren(...html(parse(result ?? "\\cdot")));
    cell.classList.toggle("now", cell.dataset.cell === steps[now].slot);
  }
}

// The explorer.

const LEGEND =
  "The bold number is new, and what lights up leads to it. Orange numbers are derivatives, " +
  "computed backward; the others are given or computed forward. From the slider or a button, " +
  "arrow keys move a step, Home and End go to the first and the last.";

/** The formula of a step, in letters, in numbers, and its result. */
function formulaLines({ formula: letters, numbers, result }) {
  return [
    formula(letters, "stepper-letters"),
    ...(numbers ? [formula(numbers, "stepper-numbers")] : []),
    ...(result ? [formula(result, "stepper-result")] : []),
  ];
}

/** The formulas of the steps that may be the highest: one of them is, at each width. */
function highest(steps) {
  const most = (length) =>
    steps.reduce((one, other) => (length(other) > length(one) ? other : one));
  const fractions = (text) => text.split("\\frac").length - 1;
  const lengths = [
    ({ formula: letters }) => letters.length,
    ({ numbers }) => numbers.length,
    ({ formula: letters, numbers }) => letters.length + numbers.length,
    ({ formula: letters, numbers }) => fractions(letters) + fractions(numbers),
  ];
  return [...new Set(lengths.map(most))].map((step) => {
    return h("div", { class: "stepper-formula" }, ...formulaLines(step));
  });
}

function render({ model, el }) {
  const [steps, graph] = [model.get("steps"), model.get("graph")];
  const controls = walk(model, el, () => steps.length - 1);
  const lines = h("div", { class: "stepper-formula" });
  const says = spoken();
  keepRoom(says, steps.map((step) => step.says));
  const { stage, keep, lay, element: room } = makeStage("stepper");
  keep(graph.wide.size, graph.tall.size);
  const ledger = h("div", { class: "stepper-ledger" }, ...tables(graph));
  mount(
    el,
    "Backpropagation, step by step",
    ...controls.elements,
    inRoom(lines, ...highest(steps)),
    says,
    room,
    ledger,
    h("p", { class: "stepper-legend" }, LEGEND),
  );

  function draw() {
    const now = model.get("step");
    controls.show(now);
    lines.dataset.phase = steps[now].phase;
    lines.replaceChildren(...formulaLines(steps[now]));
    says.textContent = steps[now].says;
    fill(stage, graph.given, steps, now);
    tabulate(ledger, steps, now);
  }

  function layOut() {
    const isNew = lay((tall) => graphSvg(graph, tall));
    if (isNew) fill(stage, graph.given, steps, model.get("step"));
    [...ledger.children].forEach(reachable);
  }
  layOut();
  return controls.follow(["step"], draw, layOut);
}

export default { render };
