// A formula as a graph of gates, with values forward and slopes back; `formula.js` reads it.

/** What each gate computes, its own slopes by its inputs, how it is written, and what it does. */
const GATES = {
  "+": {
    of: (x, y) => x + y,
    own: () => [1, 1],
    written: (x, y) => `${x} + ${y}`,
    does: "It hands the slope on",
  },
  "-": {
    of: (x, y) => x - y,
    own: () => [1, -1],
    written: (x, y) => `${x} − ${y}`,
    does: "It hands the slope on, with a minus to what it subtracts",
  },
  "*": {
    of: (x, y) => x * y,
    own: (f, x, y) => [y, x],
    written: (x, y) => `${x} · ${y}`,
    does: "It swaps: each factor gets the slope times the other one",
  },
  "/": {
    of: (x, y) => x / y,
    own: (f, x, y) => [1 / y, -f / y],
    written: (x, y) => `${x} / ${y}`,
    does: "Its own slopes are 1/below and −above/below²",
  },
  "^": {
    of: (x, n) => x ** n,
    own: (f, x, n) => [n === 0 ? 0 : n * x ** (n - 1), f * Math.log(x)],
    written: (x, n) => (n === "2" || n === "3" ? `${x}${n === "2" ? "²" : "³"}` : `${x}^${n}`),
    does: "Its own slope by the base is the exponent times the power one lower",
  },
  max: {
    of: Math.max,
    own: (f, x, y) => (x >= y ? [1, 0] : [0, 1]),
    written: (x, y) => `max(${x}, ${y})`,
    does: "It routes the slope to the larger one",
  },
  exp: {
    of: Math.exp,
    own: (f) => [f],
    written: (x) => `exp(${x})`,
    does: "Its own slope is its value",
  },
  log: {
    of: Math.log,
    own: (f, x) => [1 / x],
    written: (x) => `log(${x})`,
    does: "Its own slope is 1 over its input",
  },
  tanh: {
    of: Math.tanh,
    own: (f) => [1 - f * f],
    written: (x) => `tanh(${x})`,
    does: "Its own slope is 1 − its value squared",
  },
  sigmoid: {
    of: (x) => 1 / (1 + Math.exp(-x)),
    own: (f) => [f * (1 - f)],
    written: (x) => `σ(${x})`,
    does: "Its own slope is its value times (1 − its value)",
  },
};
const MOST_GATES = 16;
const WIRES = "pqrstghklmnoijd"; // of wires inside; the output is f
const ALIASES = { raise: "^", sigma: "sigmoid", ln: "log" };
const isNode = (operand) => typeof operand === "object";

/** A graph in the making: letters as they appear, gates in the order in which they compute. */
class Making {
  letters = [];
  gates = [];

  number(value) {
    return value;
  }

  letter(name) {
    const known = this.letters.find((letter) => letter.name === name);
    if (known) return known;
    this.letters.push({ name, gate: "", operands: [] });
    return this.letters.at(-1);
  }

  apply(name, ...operands) {
    const gate = ALIASES[name] ?? name;
    if (!operands.some(isNode)) return OPERATIONS[name](...operands);
    if (gate === "negate") return this.gate("*", operands[0], -1);
    if (gate === "sqrt") return this.gate("^", operands[0], 0.5);
    if (gate === "relu") return this.gate("max", 0, operands[0]);
    if (gate === "max") return operands.reduce((one, other) => this.apply2(one, other));
    if (!(gate in GATES)) throw new Mistake(`there is no gate for ${name} here`, 0);
    return this.gate(gate, ...operands);
  }

  /** The larger of two operands, of which both may be numbers. */
  apply2(one, other) {
    return [one, other].some(isNode) ? this.gate("max", one, other) : Math.max(one, other);
  }

  gate(gate, ...operands) {
    if (this.gates.length === MOST_GATES) {
      throw new Mistake(`there is room for ${MOST_GATES} gates only`, 0);
    }
    this.gates.push({ gate, operands });
    return this.gates.at(-1);
  }
}

/** The nodes of a formula: its letters, then its gates, each with a name and its place `at`. */
export function graphOf(text, letters) {
  const making = new Making();
  if (!isNode(build(text, letters, making))) throw new Mistake("a letter is missing", 0);
  if (!making.gates.length) throw new Mistake("a gate is missing, as in x + y", 0);
  making.gates.forEach((node, k) => (node.name = WIRES[k]));
  making.gates.at(-1).name = "f";
  const nodes = [...making.letters, ...making.gates];
  nodes.forEach((node, at) => (node.at = at));
  return { nodes, letters: making.letters.map(({ name }) => name), first: making.letters.length };
}

/** The values of all nodes, and for each gate its own slopes by its operands. */
export function forward({ nodes }, point) {
  const values = [];
  const own = [];
  for (const { name, gate, operands } of nodes) {
    const inputs = operands.map((operand) => (isNode(operand) ? values[operand.at] : operand));
    values.push(gate ? GATES[gate].of(...inputs) : point[name]);
    own.push(gate ? GATES[gate].own(values.at(-1), ...inputs) : []);
  }
  return { values, own };
}

/**
 * The slopes of the output once the last `gates` gates were passed, and the share that each wire
 * has brought, by the gate that it leads into and its place there.
 */
export function backward({ nodes, first }, own, gates = nodes.length - first) {
  const slopes = nodes.map((_, at) => (at === nodes.length - 1 ? 1 : undefined));
  const shares = {};
  for (let at = nodes.length - 1; at >= nodes.length - gates; at -= 1) {
    nodes[at].operands.forEach((operand, k) => {
      if (!isNode(operand)) return;
      shares[`${at}.${k}`] = slopes[at] * own[at][k];
      slopes[operand.at] = (slopes[operand.at] ?? 0) + shares[`${at}.${k}`];
    });
  }
  return { slopes, shares };
}

// Where things lie: in levels, from the letters to the output.

/** For each node its level and its place across, and the same for each bend of each wire. */
export function layout({ nodes, first }) {
  const level = nodes.map(() => 0);
  const wires = nodes.flatMap(({ operands }, to) =>
    operands.flatMap((operand, k) => (isNode(operand) ? [{ from: operand.at, to, k }] : [])),
  );
  for (const { from, to } of wires) level[to] = Math.max(level[to], level[from] + 1);
  for (let at = 0; at < first; at += 1) {
    const next = wires.filter(({ from }) => from === at).map(({ to }) => level[to]);
    level[at] = Math.min(...next) - 1;
  }
  const rows = Array.from({ length: level.at(-1) + 1 }, () => []);
  const seen = new Set();
  const visit = (at) => {
    seen.add(at);
    rows[level[at]].push({ at, next: [] });
    for (const wire of wires.filter(({ to }) => to === at)) {
      wire.bends = [];
      for (let l = level[at] - 1; l > level[wire.from]; l -= 1) {
        wire.bends.unshift({ level: l, next: [] });
        rows[l].push(wire.bends[0]);
      }
      if (!seen.has(wire.from)) visit(wire.from);
    }
  };
  visit(nodes.length - 1);
  const places = rows.flat().filter(({ at }) => at !== undefined);
  const placed = (at) => places.find((place) => place.at === at);
  for (const { from, to, bends } of wires) {
    const chain = [placed(from), ...bends, placed(to)];
    chain.slice(1).forEach((place, k) => {
      place.next.push(chain[k]);
      chain[k].next.push(place);
    });
  }
  settle(rows);
  const across = nodes.map((_, at) => placed(at).across);
  return { level, across, wires, breadth: Math.max(...rows.flat().map((place) => place.across)) };
}

const SWEEPS = 24; // the first half may change the order, too
const mean = (numbers) => numbers.reduce((one, other) => one + other, 0) / numbers.length;

/** Move each place towards what it is joined to, with at least 1 between neighbours. */
function settle(rows) {
  for (const row of rows) row.forEach((place, k) => (place.across = k - (row.length - 1) / 2));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const row of sweep % 2 ? rows : rows.toReversed()) {
      row.forEach((place) => (place.wish = mean(place.next.map(({ across }) => across))));
      if (sweep < SWEEPS / 2) row.sort((one, other) => one.wish - other.wish);
      spread(row);
    }
  }
  const least = Math.min(...rows.flat().map(({ across }) => across));
  for (const place of rows.flat()) place.across -= least;
}

/** Give each place of a row its wish, or share the want of room among those that are too close. */
function spread(row) {
  const groups = [];
  row.forEach((place, k) => {
    groups.push({ start: k, wishes: [place.wish - k] });
    while (groups.length > 1 && mean(groups.at(-1).wishes) < mean(groups.at(-2).wishes)) {
      groups.at(-2).wishes.push(...groups.pop().wishes);
    }
  });
  for (const { start, wishes } of groups) {
    wishes.forEach((_, k) => (row[start + k].across = start + k + mean(wishes)));
  }
}

// The picture.

const BOX = { width: 92, height: 58 };
const WIDE = { along: 138, across: 70 };
const TALL = { along: 104, across: 100 };
const MARGIN = 6;
const signed = (text) => text.replaceAll("-", "−");

/** A number with few digits. */
function short(number, digits = 4) {
  if (Object.is(number, -0)) return "0";
  return signed(String(Number(number.toPrecision(digits))));
}

/** The sign between numbers that are shown in few digits. */
const equals = (...numbers) =>
  numbers.every((number) => Number(number.toPrecision(4)) === number) ? "=" : "≈";

const bracketed = (text) => (text.startsWith("−") ? `(${text})` : text);

/** What a gate computes, in names or in numbers. */
function written({ gate, operands }, name) {
  const texts = operands.map((operand) => {
    if (operand === Math.E) return "e";
    return isNode(operand) ? name(operand) : short(operand);
  });
  const apart = (k) => gate === "^" || (k > 0 && gate !== "max");
  return GATES[gate].written(...texts.map((text, k) => (apart(k) ? bracketed(text) : text)));
}

const definition = (node) =>
  node.gate ? `${node.name} = ${written(node, ({ name }) => name)}` : node.name;

/** A wire along these points, and the place of its label. */
function lineSvg({ to, k }, points, tall) {
  const [x, y] = points[0];
  const [u, v] = points.at(-1);
  const bend = (k) => {
    const [[a, b], [c, d]] = [points[k - 1], points[k]];
    return tall
      ? `C${a} ${(b + d) / 2} ${c} ${(b + d) / 2} ${c} ${d}`
      : `C${(a + c) / 2} ${b} ${(a + c) / 2} ${d} ${c} ${d}`;
  };
  const line = points.slice(1).map((_, k) => bend(k + 1));
  const turn = tall ? 90 : 0;
  const far = tall ? 0.4 + 0.3 * k : 0.5; // side by side, two labels would touch
  const share = ([c, d], far) => (1 - far) * c + far * d;
  const middle = [
    share([points.at(-2)[0], u], tall ? 0.85 : far),
    share([points.at(-2)[1], v], far),
  ];
  const label = `<text class="graph-share walk-label" x="${middle[0]}" y="${middle[1]}"></text>`;
  const path = `M${x} ${y}${line.join("")}`;
  return wireSvg(`data-wire="${to}.${k}"`, path, [x, y, turn], [u, v, turn], label);
}

function boxSvg(node, [x, y]) {
  const text = definition(node);
  const fit = text.length > 14 ? ` textLength="${BOX.width - 10}" lengthAdjust="spacingAndGlyphs"` : "";
  const line = (kind, at, content = "") =>
    `<text class="graph-${kind}" x="${BOX.width / 2}" y="${at}"${kind === "name" ? fit : ""}>${content}</text>`;
  return (
    `<g data-node="${node.at}" class="graph-box" transform="translate(${x} ${y})">` +
    `<rect width="${BOX.width}" height="${BOX.height}" rx="${node.gate ? 9 : 25}"/>` +
    `${line("name", 17, text)}${line("value", 34)}${line("slope", 50)}</g>`
  );
}

/** The whole graph, to the right or downwards, with nothing filled in. */
function graphSvg(graph, tall) {
  const { level, across, wires, breadth } = layout(graph);
  const step = tall ? TALL : WIDE;
  const place = (l, a) => {
    const [along, over] = [MARGIN + l * step.along, MARGIN + a * step.across];
    return tall ? [over, along] : [along, over];
  };
  const spot = graph.nodes.map((_, at) => place(level[at], across[at]));
  const [w, h] = [BOX.width, BOX.height];
  const lines = wires.map((wire) => {
    const { from, to, k, bends } = wire;
    const ports = graph.nodes[to].operands.filter(isNode).length;
    const port = ports > 1 ? (k - 0.5) * 16 : 0;
    const [[x, y], [u, v]] = [spot[from], spot[to]];
    const start = tall ? [x + w / 2, y + h] : [x + w, y + h / 2];
    const end = tall ? [u + w / 2 + port, v] : [u, v + h / 2 + port];
    const between = bends.flatMap((bend) => {
      const [a, b] = place(bend.level, bend.across);
      return tall
        ? [[a + w / 2, b], [a + w / 2, b + h]]
        : [[a, b + h / 2], [a + w, b + h / 2]];
    });
    return lineSvg(wire, [start, ...between, end], tall);
  });
  const [deep, broad] = [level.at(-1) * step.along, breadth * step.across];
  const size = tall ? [broad + w, deep + h] : [deep + w, broad + h];
  const box = size.map((side) => Math.round(side + 2 * MARGIN));
  const boxes = graph.nodes.map((node) => boxSvg(node, spot[node.at]));
  return {
    size: box,
    svg:
      `<svg viewBox="0 0 ${box.join(" ")}" role="img" aria-label="Graph of ` +
      `${graph.nodes.slice(graph.first).map(definition).join(", ")}">` +
      `${lines.join("")}${boxes.join("")}</svg>`,
  };
}

// The walk: each gate forward, then 1 at the output, then each gate back.

/** What happens at a step: the phase, the node it happens at, and the words. */
function stepOf(graph, { values, own }, step) {
  const { nodes, first } = graph;
  const gates = nodes.length - first;
  const number = (node) => short(values[node.at]);
  if (step === 0) {
    const given = nodes.slice(0, first).map((node) => `${node.name} = ${number(node)}`);
    return { phase: "start", says: `Given: ${given.join(", ")}. Go forward, gate by gate.` };
  }
  if (step <= gates) {
    const node = nodes[first + step - 1];
    const inputs = node.operands.map((operand) => (isNode(operand) ? values[operand.at] : operand));
    const relation = equals(...inputs);
    const found = equals(...inputs, values[node.at]);
    const says = `Forward, gate ${step} of ${gates}: ${definition(node)} ${relation}`;
    const ends = `${written(node, number)} ${found} ${number(node)}.`;
    return { phase: "forward", at: node.at, says: `${says} ${ends}` };
  }
  if (step === gates + 1) {
    const says = "Now back. The slope of f by f itself is 1.";
    return { phase: "backward", at: nodes.length - 1, seed: true, says };
  }
  const done = step - gates - 1;
  const node = nodes[nodes.length - done];
  const { slopes, shares } = backward(graph, own, done);
  const before = backward(graph, own, done - 1).slopes;
  const gets = node.operands.flatMap((operand, k) => {
    if (!isNode(operand)) return [];
    const numbers = [slopes[node.at], own[node.at][k], shares[`${node.at}.${k}`]];
    const [slope, factor, share] = numbers.map((number) => short(number));
    return [`${operand.name} gets ${slope} · ${bracketed(factor)} ${equals(...numbers)} ${share}`];
  });
  const [one, other] = node.operands;
  const fed = one === other ? [one] : node.operands.filter(isNode);
  const forks = fed
    .filter((operand) => one === other || before[operand.at] !== undefined)
    .map(({ name, at }) => ` ${name} forks, and its slopes add up to ${short(slopes[at])}.`);
  const says = `Back, gate ${done} of ${gates}: ${definition(node)}. ${GATES[node.gate].does}. ${gets.join(", ")}.`;
  return { phase: "backward", at: node.at, says: says + forks.join("") };
}

/** Why a graph has no numbers at a point; "" if it has. */
function trouble(graph, { values, own }) {
  const bad = graph.nodes.findIndex((_, at) => !Number.isFinite(values[at]));
  if (bad >= 0) {
    const says = written(graph.nodes[bad], (operand) => short(values[operand.at]));
    return `${says} is no number to go on with. Change a letter.`;
  }
  const steep = backward(graph, own).slopes.findIndex((slope) => !Number.isFinite(slope));
  return steep < 0 ? "" : `The slope by ${graph.nodes[steep].name} is no number here. Change a letter.`;
}

/** Write what stands at a step into the picture, and light the gate and its wires. */
function fill(stage, graph, { values, own }, step) {
  const gates = graph.nodes.length - graph.first;
  const back = step - gates - 1; // gates passed on the way back, or less than 0
  const { slopes, shares } = back < 0 ? { slopes: [], shares: {} } : backward(graph, own, back);
  const { phase, at, seed } = stepOf(graph, { values, own }, step);
  const forks = (node) => graph.nodes.flatMap((n) => n.operands).filter((o) => o === node).length > 1;
  stage.dataset.phase = phase;
  for (const box of stage.querySelectorAll("[data-node]")) {
    const k = Number(box.dataset.node);
    const known = k < graph.first + Math.min(step, gates);
    box.querySelector(".graph-value").textContent = known ? short(values[k]) : "";
    box.querySelector(".graph-slope").textContent = slopes[k] === undefined ? "" : short(slopes[k]);
    box.classList.toggle("now", k === at);
  }
  for (const wire of stage.querySelectorAll("[data-wire]")) {
    const [to, k] = wire.dataset.wire.split(".").map(Number);
    wire.classList.toggle("lit", to === at && !seed);
    const share = forks(graph.nodes[to].operands[k]) ? shares[wire.dataset.wire] : undefined;
    wire.querySelector(".graph-share").textContent = share === undefined ? "" : short(share, 3);
  }
}

// The explorer.

const LEGEND =
  "In a box: what it computes, its value, and in orange the slope of f by it. Where a wire forks, " +
  "each branch shows what it brings back. From the slider or a button, arrow keys move a step, " +
  "Home and End go to the first and the last.";

function help(letters) {
  const gates = "+ − * / ^, max, exp, log, sqrt, tanh, sigma and relu";
  return h(
    "details",
    {},
    h("summary", {}, "How to type it"),
    h("p", {}, `Letters: ${letters.join(", ")}. Gates: ${gates}. x y is a product, σ(x) a sigmoid.`),
  );
}

function render({ model, el }) {
  const letters = model.get("letters");
  let graph;
  let numbers;
  let shown; // the formula that is drawn
  const last = () => 2 * (graph.nodes.length - graph.first) + 1;
  const values = () => ({ ...model.get("given"), ...model.get("values") });
  const steps = walk(model, el, last);

  const id = freshId();
  const input = formulaInput(id, 120);
  const form = h(
    "form",
    { class: "graph-form" },
    h("label", { for: id }, "f ="),
    input,
    h("button", { type: "submit" }, "Draw"),
  );
  const presets = model.get("presets").map(([expression, numbers]) =>
    button(expression, () => change(model, { step: 0, values: numbers, expression })),
  );
  const fields = h("div", { class: "graph-letters" });
  const says = spoken();
  says.id = `${id}-says`;
  const { stage, keep, lay, element: room } = makeStage("graph");
  mount(
    el,
    "Values forward, slopes back",
    h("div", { class: "explorer-presets" }, ...presets),
    form,
    fields,
    ...steps.elements,
    says,
    room,
    h("p", { class: "graph-legend" }, LEGEND),
    help(letters),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const expression = input.value.trim();
    try {
      graphOf(expression, letters);
    } catch (mistake) {
      if (!(mistake instanceof Mistake)) throw mistake;
      says.textContent = `At character ${mistake.at + 1}: ${mistake.message}.`;
      input.setAttribute("aria-invalid", "true");
      return;
    }
    if (expression === shown) draw();
    else change(model, { step: 0, expression });
  });
  function letterField(name) {
    const field = numberInput({
      label: name,
      min: -100,
      max: 100,
      step: "any",
      moved: (value) => change(model, { values: { ...model.get("values"), [name]: value } }),
    });
    return { name, element: h("label", {}, h("i", {}, `${name} =`), field.element), show: field.show };
  }
  let [fieldsShown, drawings] = [[], []];

  /** Read the formula anew, with a field for each of its letters. */
  function read() {
    graph = graphOf(model.get("expression"), letters);
    shown = input.value = model.get("expression");
    fieldsShown = graph.letters.map(letterField);
    fields.replaceChildren(...fieldsShown.map(({ element }) => element));
    presets.forEach((each) => each.setAttribute("aria-pressed", String(each.textContent === shown)));
    drawings = [false, true].map((tall) => graphSvg(graph, tall));
    keep(...drawings.map(({ size }) => size));
  }

  function draw() {
    if (shown !== model.get("expression")) read();
    input.setAttribute("aria-invalid", "false");
    const step = Math.min(model.get("step"), last());
    numbers = forward(graph, values());
    fieldsShown.forEach(({ name, show }) => show(values()[name]));
    steps.show(step);
    const reason = trouble(graph, numbers);
    const sentences = Array.from({ length: last() + 1 }, (_, k) => stepOf(graph, numbers, k).says);
    keepRoom(says, sentences);
    says.textContent = reason || sentences[step];
    lay((tall) => drawings[Number(tall)].svg);
    fill(stage, graph, numbers, reason ? 0 : step);
  }

  return steps.follow(["expression", "values", "step"], draw, draw);
}

export default { render };
