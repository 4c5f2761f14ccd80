// The arithmetic, with the definitions of backprop.geometry.

/** Cells from the first to the last that a dilated filter touches. */
const span = ({ f, dilation = 1 }) => dilation * (f - 1) + 1;

/** What stands after a layer and what it costs; null where no window fits. */
export function after(below, layer) {
  const { kind, f, padding = 0, stride, filters } = layer;
  const room = below.size + 2 * padding - span(layer);
  if (room < 0) return null;
  const size = Math.floor(room / stride) + 1;
  const field = below.field + (span(layer) - 1) * below.jump;
  const row = { size, channels: below.channels, field, jump: below.jump * stride };
  if (kind === "pooling") return { ...row, parameters: 0, multiplications: 0 };
  const weights = below.channels * f * f;
  const multiplications = filters * size * size * weights;
  return { ...row, channels: filters, parameters: filters * (weights + 1), multiplications };
}

/** The input, then what stands after each layer until no window fits. */
export function stack({ n, channels, layers }) {
  const rows = [{ size: n, channels, field: 1, jump: 1, parameters: 0, multiplications: 0 }];
  for (const layer of layers) {
    const row = after(rows.at(-1), layer);
    if (!row) break;
    rows.push(row);
  }
  return rows;
}

// The words.

const number = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");
const many = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
const volume = ({ size, channels }) => `${size} × ${size} × ${channels}`;
const sum = (rows, name) => rows.reduce((total, row) => total + row[name], 0);

/** Why no window fits, with the numbers. */
function misfit(k, layer, n) {
  const { padding = 0 } = layer;
  const padded = `padded input only ${n} + 2·${padding} = ${n + 2 * padding}`;
  const room = padding ? padded : `input has only ${n}`;
  return `No window fits in layer ${k}: it spans ${many(span(layer), "cell")}, the ${room}.`;
}

/** The sentence of the whole stack. */
export function sentence(state) {
  const rows = stack(state);
  const [last, reached] = [rows.at(-1), rows.length - 1];
  if (reached < state.layers.length) return misfit(reached + 1, state.layers[reached], last.size);
  const learned = many(sum(rows, "parameters"), "parameter");
  const products = many(sum(rows, "multiplications"), "multiplication");
  return (
    `${many(reached, "layer")}: ${volume(rows[0])} becomes ${volume(last)}, receptive field ` +
    `${last.field}, stride product ${last.jump}; ${learned}, ${products}.`
  );
}

/** As long as a sentence about a stack can be. */
function longSentence({ layers: count, ranges }) {
  const [n, channels, filters] = ["n", "channels", "filters"].map((name) => ranges[name][1]);
  const layer = { kind: "convolution", f: 11, padding: 5, stride: 1, dilation: 1, filters };
  return sentence({ n, channels, layers: Array.from({ length: count }, () => layer) });
}

// The table.

const COLUMNS = ["field", "jump", "parameters", "multiplications"];
const HEADINGS = "layer|output|recep-tive field|stride prod-uct|para-meters|multi-plica-tions"
  .replaceAll("-", "\u00ad") // words may be broken here
  .split("|");
const SHORT = { convolution: "conv", pooling: "pool" };

function makeTable() {
  const [body, foot] = [h("tbody"), h("tfoot")];
  const headings = HEADINGS.map((text) => h("th", { scope: "col" }, text));
  const table = h("table", {}, h("thead", {}, h("tr", {}, ...headings)), body, foot);
  const stage = { class: "stack-stage", role: "group", tabindex: 0, "aria-label": "The layers" };
  return { element: h("div", stage, table), show: (state) => drawTable(body, foot, state) };
}

function drawTable(body, foot, state) {
  const rows = stack(state);
  const cell = (text) => h("td", {}, text);
  const across = (text) => h("td", { colspan: 5, class: "stack-none" }, text);
  const line = (title, ...cells) => h("tr", {}, h("th", { scope: "row" }, title), ...cells);
  const titles = ["input", ...state.layers.map(({ kind }, k) => `${k + 1} ${SHORT[kind]}`)];
  const lines = titles.map((title, k) => {
    if (k >= rows.length) return line(title, across(k === rows.length ? "no window fits" : "–"));
    const numbers = COLUMNS.map((column) => cell(number(rows[k][column])));
    return line(title, cell(volume(rows[k])), ...numbers);
  });
  const totals = COLUMNS.slice(2).map((column) => cell(number(sum(rows, column))));
  const ends = rows.length === titles.length;
  body.replaceChildren(...lines);
  foot.replaceChildren(line("total", ...(ends ? [h("td", { colspan: 3 }), ...totals] : [across("–")])));
}

// The layers, to be edited.

const LETTERS = { f: "f", padding: "p", stride: "s", dilation: "d", filters: "filters" };
const NEW = {
  convolution: { kind: "convolution", f: 3, padding: 1, stride: 1, dilation: 1, filters: 16 },
  pooling: { kind: "pooling", f: 2, stride: 2 },
};

/** The letters of the numbers, each above its column. */
function letterLine() {
  const letters = Object.entries(LETTERS).map(([name, letter]) =>
    h("span", { class: `stack-${name}` }, letter),
  );
  return h("div", { class: "stack-line stack-letters", "aria-hidden": "true" }, ...letters);
}

/** The line of layer k: its numbers, and a button that removes it. */
function layerLine(k, kind, { fields, ranges }, { set, remove }) {
  const inputs = fields[kind].map((name) => {
    const [min, max] = ranges[name];
    const label = `layer ${k + 1}, ${name === LETTERS[name] ? "" : `${name} `}${LETTERS[name]}`;
    const input = numberInput({ label, min, max, step: 1, moved: (n) => set(k, { [name]: n }) });
    input.element.classList.add(`stack-${name}`);
    return input;
  });
  const title = h("span", {}, `${k + 1} ${SHORT[kind]}`);
  const gone = button("×", () => remove(k), { "aria-label": `remove layer ${k + 1}` });
  return {
    element: h("li", { class: "stack-line" }, title, ...inputs.map((i) => i.element), gone),
    show: (layer) => inputs.forEach(({ show }, j) => show(layer[fields[kind][j]])),
  };
}

/** The lines of all layers, and the buttons that add one. */
function layerLines(model, limits) {
  const list = h("ol", { class: "stack-layers" });
  const adders = Object.keys(NEW).map((kind) =>
    button(`add ${kind}`, () => {
      const layers = [...model.get("layers"), NEW[kind]];
      if (layers.length <= limits.layers) change(model, { layers });
    }),
  );
  const edit = {
    set(k, values) {
      const layers = model.get("layers").map((old, j) => (j === k ? { ...old, ...values } : old));
      change(model, { layers });
    },
    remove(k) {
      change(model, { layers: model.get("layers").filter((_, j) => j !== k) });
      (list.children[k]?.querySelector("button") ?? adders[0]).focus();
    },
  };
  let [lines, shown] = [[], null];
  return {
    elements: [letterLine(), list, h("div", { class: "explorer-presets" }, ...adders)],
    show({ layers }) {
      const kinds = layers.map(({ kind }) => kind);
      if (kinds.join() !== shown) {
        shown = kinds.join();
        lines = kinds.map((kind, k) => layerLine(k, kind, limits, edit));
        list.replaceChildren(...lines.map(({ element }) => element));
      }
      lines.forEach(({ show }, k) => show(layers[k]));
      const full = String(layers.length >= limits.layers);
      adders.forEach((element) => element.setAttribute("aria-disabled", full));
    },
  };
}

/** The size and the channels of the input. */
function inputLine(model, { ranges }) {
  const names = Object.entries({ n: "input size n", channels: "channels" });
  const inputs = names.map(([name, label]) => {
    const [min, max] = ranges[name];
    const moved = (value) => change(model, { [name]: value });
    return { name, label, ...numberInput({ label, min, max, step: 1, moved }) };
  });
  const labels = inputs.map(({ label, element }) => h("label", {}, label, element));
  return {
    element: h("div", { class: "stack-input" }, ...labels),
    show: (state) => inputs.forEach(({ name, show }) => show(state[name])),
  };
}

/** The same text for the same stack, in whatever order its names stand. */
function keyOf({ n, channels, layers }) {
  return JSON.stringify([n, channels, layers.map((layer) => Object.entries(layer).sort())]);
}

/** A button for each preset; that of the present stack is pressed. */
function presetLine(model) {
  const presets = model.get("presets").map(({ name, ...values }) => ({
    element: button(name, () => change(model, values)),
    key: keyOf(values),
  }));
  return {
    element: h("div", { class: "explorer-presets" }, ...presets.map(({ element }) => element)),
    show(state) {
      const present = keyOf(state);
      presets.forEach(({ element, key }) => {
        element.setAttribute("aria-pressed", String(key === present));
      });
    },
  };
}

function render({ model, el }) {
  const names = ["n", "channels", "layers"];
  const limits = model.get("limits");
  const [presets, input, table] = [presetLine(model), inputLine(model, limits), makeTable()];
  const [layers, says] = [layerLines(model, limits), spoken()];
  keepRoom(says, [longSentence(limits)]);
  const parts = [presets.element, input.element, ...layers.elements, says, table.element];
  mount(el, "Stack explorer", ...parts);
  return follow(model, names, () => {
    const state = Object.fromEntries(names.map((name) => [name, model.get(name)]));
    for (const { show } of [presets, input, layers, table]) show(state);
    says.textContent = sentence(state);
  });
}

export default { render };
