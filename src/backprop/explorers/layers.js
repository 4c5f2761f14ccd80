// The arithmetic: what a layer of n units behind p units consists of, for m examples.

/** The shapes, in the order in which they are drawn. */
export function shapes(p, n, m) {
  return { W: [n, p], before: [p, m], b: [n, 1], z: [n, m], a: [n, m] };
}

/** The weights and biases of a layer. */
export function parameters(p, n) {
  return n * (p + 1);
}

/** The layers of a network. */
function layers(sizes, m) {
  return sizes.slice(1).map((n, k) => {
    const p = sizes[k];
    return { p, n, shapes: shapes(p, n, m), parameters: parameters(p, n) };
  });
}

/** The sizes of a network with another number of layers: new ones are as wide as the last. */
function withLayers(sizes, count) {
  return Array.from({ length: count + 1 }, (_, l) => sizes[l] ?? sizes.at(-1));
}

/** The sentence of the whole network. */
function total(sizes, m) {
  const counts = layers(sizes, m).map((layer) => layer.parameters);
  const sum = counts.reduce((one, other) => one + other);
  const terms = counts.length > 1 ? ` (${counts.map(number).join(" + ")})` : "";
  const examples = m === 1 ? "one example" : `${m} examples`;
  return `A ${sizes.join("-")} network for ${examples} has ${number(sum)} parameters${terms}.`;
}

const number = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");
const many = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "es"}`;
const shape = ([rows, columns]) => `${rows} × ${columns}`;

// The picture.

const MOST_RULED = 24; // more entries than that would be too small to be seen
const LEGEND =
  "Blue is learned, orange belongs to the examples. All rectangles have one scale, but " +
  "none is thinner than 3 pixels. The one column of b is added to each column of W a.";

/** A letter with its layer: W^{[l]}. */
function name(letter, l) {
  return h("span", { class: "layers-name" }, letter, h("sup", {}, `[${l}]`));
}

function letters(l) {
  return { W: ["W", l], before: ["a", l - 1], b: ["b", l], z: ["z", l], a: ["a", l] };
}

/** One matrix: a rectangle, and below it name and shape. */
function matrix(key, [rows, columns], l) {
  const kind = key === "W" || key === "b" ? "layers-learned" : "layers-computed";
  const style = `--rows: ${rows}; --columns: ${columns}`;
  return h(
    "div",
    { class: "layers-matrix", "data-shape": `${key} ${rows} ${columns}` },
    h("div", { class: "layers-room" }, h("div", { class: `layers-cells ${kind}`, style })),
    h("div", {}, name(...letters(l)[key])),
    h("div", { class: "layers-shape" }, shape([rows, columns])),
  );
}

function sign(...texts) {
  const parts = h("span", {}, ...texts);
  return h("div", { class: "layers-room layers-sign", "aria-hidden": "true" }, parts);
}

/** The product of layer l, in two halves that a phone shows below one another. */
function row({ p, n, shapes: all, parameters: count }, l) {
  const part = (key) => matrix(key, all[key], l);
  const left = [part("W"), sign("·"), part("before"), sign("+"), part("b")];
  const right = [sign("="), part("z"), sign(h("i", {}, "g"), "→"), part("a")];
  const product = `Layer ${l}: ${n} · ${p} weights + ${many(n, "bias")} = `;
  return h(
    "li",
    { style: `--units: ${n}; --tallest: ${Math.max(n, p)}` },
    h("div", { class: "layers-title" }, product, h("b", {}, number(count))),
    h(
      "div",
      { class: "layers-product" },
      h("div", { class: "layers-half" }, ...left),
      h("div", { class: "layers-half layers-right" }, ...right),
    ),
  );
}

function draw(list, sizes, m) {
  const all = layers(sizes, m);
  const left = Math.max(...sizes.slice(0, -1)) + m + 1;
  const highest = Math.max(...sizes);
  const halves = all.map(({ p, n }) => Math.max(p, n) + n);
  const sum = (numbers) => numbers.reduce((one, other) => one + other);
  const widths = {
    "--left": left,
    "--right": 2 * m,
    "--rows": sum(all.map(({ p, n }) => Math.max(p, n))),
    "--half-rows": sum(halves),
  };
  for (const [property, value] of Object.entries(widths)) list.style.setProperty(property, value);
  list.classList.toggle("layers-ruled", Math.max(left, highest) <= MOST_RULED);
  list.replaceChildren(...all.map((layer, k) => row(layer, k + 1)));
}

/** As long as the sentence about a network can be. */
function longTotal(most, layers, examples) {
  return total(
    Array.from({ length: layers + 1 }, () => most),
    examples,
  );
}

// The explorer.

/** The position of the largest choice that is not above a size. */
function position(choices, size) {
  return Math.max(0, choices.findLastIndex((choice) => choice <= size));
}

function unitSlider(l, choices, moved) {
  const label = h("span", {}, l ? `layer ${l} ` : "input ", h("i", {}, "n"), h("sup", {}, `[${l}]`));
  return slider({ label, min: 0, max: choices.length - 1, moved: (k) => moved(l, choices[k]) });
}

function presetButtons(model, presets) {
  return presets.map((sizes) => button(sizes.join("-"), () => change(model, { sizes })));
}

function render({ model, el }) {
  const [choices, [mostLayers, mostExamples]] = [model.get("choices"), model.get("limits")];
  const set = (l, units) => {
    change(model, { sizes: model.get("sizes").map((size, k) => (k === l ? units : size)) });
  };
  const depth = slider({
    label: "layers L",
    min: 1,
    max: mostLayers,
    moved: (count) => change(model, { sizes: withLayers(model.get("sizes"), count) }),
  });
  const examples = slider({
    label: "examples m",
    min: 1,
    max: mostExamples,
    moved: (m) => change(model, { m }),
  });
  const units = Array.from({ length: mostLayers + 1 }, (_, l) => unitSlider(l, choices, set));
  const says = spoken();
  keepRoom(says, [longTotal(choices.at(-1), mostLayers, mostExamples)]);
  const list = h("ol", { class: "layers-list" });
  const presets = presetButtons(model, model.get("presets"));
  mount(
    el,
    "Layers explorer",
    h("div", { class: "explorer-presets" }, ...presets),
    h("div", { class: "explorer-sliders" }, depth.element, examples.element),
    h("div", { class: "explorer-sliders" }, ...units.map(({ element }) => element)),
    says,
    h("div", { class: "layers-stage" }, list),
    h("p", { class: "layers-legend" }, LEGEND),
  );
  return follow(model, ["sizes", "m"], () => {
    const [sizes, m] = [model.get("sizes"), model.get("m")];
    depth.show(sizes.length - 1, String(sizes.length - 1));
    examples.show(m, String(m));
    units.forEach(({ element, show }, l) => {
      const there = l < sizes.length;
      element.style.setProperty("visibility", there ? "visible" : "hidden"); // its place stays
      if (there) show(position(choices, sizes[l]), String(sizes[l]));
    });
    presets.forEach((button) => {
      button.setAttribute("aria-pressed", String(button.textContent === sizes.join("-")));
    });
    says.textContent = total(sizes, m);
    draw(list, sizes, m);
  });
}

export default { render };
