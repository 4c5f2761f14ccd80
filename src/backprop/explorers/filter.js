// The arithmetic. Cells are numbered from 0, as in backprop.convolution.

/** A pixel of the padded image; 0 in the padding. */
const pixel = ({ image, padding }, row, column) => image[row - padding]?.[column - padding] ?? 0;

/** The nine products of output cell (row, column); true convolution turns the filter by 180°. */
function products({ filter, flipped, ...picture }, row, column) {
  const weight = (i, j) => (flipped ? filter[2 - i][2 - j] : filter[i][j]);
  return fill(3, 3, (i, j) => {
    const [x, w] = [pixel(picture, row + i, column + j), weight(i, j)];
    return { x, w, xw: x * w };
  }).flat();
}

/** Rows and columns of the output. */
function outputShape({ image, padding }) {
  return [image.length, image[0].length].map((n) => n + 2 * padding - 2);
}

/** The whole output. */
export function filtered(state) {
  const [rows, columns] = outputShape(state);
  return fill(rows, columns, (row, column) => total(products(state, row, column)));
}

const total = (nine) => nine.reduce((sum, { xw }) => sum + xw, 0);

function fill(rows, columns, value) {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => value(row, column)),
  );
}

// The words.

/** A number in few characters: at most two decimals, none from 100 on. */
function short(value) {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)) + 0).replace("-", "−");
}

/** "= 3", or "≈ 0.33" where decimals are left out. */
export function equals(value) {
  const text = short(value);
  const exact = Math.abs(Number(text.replace("−", "-")) - value) < 1e-9;
  return `${exact ? "=" : "≈"} ${text}`;
}

const factor = (value) => (value < 0 ? `(${short(value)})` : short(value));
const shape = (rows, columns) => `${rows} × ${columns}`;
const from = (k, padding) => `${short(k - padding)} to ${short(k - padding + 2)}`;

/** What the chosen output cell is, and which window it sees. */
function sentence(state, row, column) {
  const result = equals(total(products(state, row, column)));
  const [rows, columns] = [row, column].map((k) => from(k, state.padding));
  return `Output (${row}, ${column}) ${result}, from input rows ${rows}, columns ${columns}.`;
}

/** As long as a sentence about an image of this shape can be, but for numbers out of the way. */
function longSentence(rows, columns) {
  const [i, j] = [rows, columns].map((k) => `${k} to ${k + 2}`);
  return `Output (${rows}, ${columns}) ≈ −12345, from input rows ${i}, columns ${j}.`;
}

// The picture, in SVG; a cell is 20 units wide.

const CELL = 20;
const MOST_NUMBERED = 12; // a picture with longer sides is shown as a photograph, in grey

const largest = (values) => Math.max(...values.flat().map(Math.abs)) || 1;

/** The colour of a value, by its sign and by its size beside the largest. */
function shade(value, most) {
  const sign = value < 0 ? "filter-negative" : "filter-positive";
  return { class: sign, style: `--strength: ${Math.abs(value) / most}` };
}

function cell(row, column, colour, more) {
  const place = `x="${column * CELL}" y="${row * CELL}" width="${CELL}" height="${CELL}"`;
  return `<rect ${place} class="filter-cell ${colour.class}" style="${colour.style}" ${more}/>`;
}

function number(row, column, text) {
  return `<text x="${(column + 0.5) * CELL}" y="${(row + 0.5) * CELL}">${text}</text>`;
}

/** A grid of coloured cells, `border` of them padding on each side; with numbers if they fit. */
function grid(values, border, grey, role, gridcell) {
  const [rows, columns, most] = [values.length, values[0].length, largest(values)];
  const texts = values.map((row) => row.map(short));
  const size = Math.min(9, 25 / Math.max(...texts.flat().map((text) => text.length)));
  const numbered = !grey && size >= 5;
  const cells = values.map((row, i) => {
    const line = row.map((value, j) =>
      cell(i - border, j - border, shade(value, most), gridcell(i, j)),
    );
    return `<g role="${role}">${line.join("")}</g>`;
  });
  const numbers = texts.flatMap((row, i) => row.map((t, j) => number(i - border, j - border, t)));
  const box = [-border, -border, columns, rows].map((k) => k * CELL);
  const [width, height] = [columns, rows].map((k) => (k - 2 * border) * CELL);
  return (
    `<svg viewBox="${box.join(" ")}" style="--columns: ${columns}" data-grey="${grey}" ` +
    `role="presentation">${cells.join("")}<g aria-hidden="true" font-size="${size}">` +
    `${numbered ? numbers.join("") : ""}<rect width="${width}" height="${height}" ` +
    'class="filter-border"/><rect class="filter-window"/></g></svg>'
  );
}

/** Outline `side` x `side` cells. */
function outline(picture, row, column, side) {
  const place = { x: column, y: row, width: side, height: side };
  for (const [name, k] of Object.entries(place)) {
    picture.querySelector(".filter-window").setAttribute(name, k * CELL);
  }
}

/** Whether a number stands there as it is. */
const isExact = (value) => equals(value).startsWith("=");

/** The nine products, each below its factors, and their sum. */
function drawProducts(picture, state, row, column) {
  const nine = products(state, row, column);
  const most = largest(nine.map(({ xw }) => xw));
  const factors = ({ x, w }) => `${short(x)} · ${factor(w)}`;
  const cells = nine.map((product) => {
    const { x, w, xw } = product;
    const sign = [x, w, xw].every(isExact) ? "=" : "≈";
    const parts = [h("span", {}, factors(product)), h("b", {}, `${sign} ${short(xw)}`)];
    return h("div", shade(product.xw, most), ...parts);
  });
  picture.setAttribute("aria-label", `The nine products: ${nine.map(factors).join(" + ")}`);
  picture.replaceChildren(...cells);
}

// The explorer.

const LEGEND =
  "the fuller the colour, the further from 0, each picture on its own scale. " +
  "Point at an output cell, tap it, or move with the arrow keys.";
const COLOURS = {
  false: "Blue is positive, orange negative: ",
  true: "In the pictures white is positive, black 0 and orange negative: ",
};

/** A labelled list of words; `moved` hears the position of the chosen one. */
function choice(label, texts, moved) {
  const id = freshId();
  const options = texts.map((text, k) => h("option", { value: k }, text));
  const list = h("select", { id, "data-lm-suppress-shortcuts": "true" }, ...options);
  list.addEventListener("change", () => moved(Number(list.value)));
  const element = h("div", { class: "filter-choice" }, h("label", { for: id }, label), list);
  return { element, show: (position) => (list.value = position) };
}

/** The nine weights, to be edited. */
function nineInputs(model) {
  const edit = (row, column, value) => {
    const filter = model.get("filter").map((line) => [...line]);
    filter[row][column] = value;
    change(model, { filter });
  };
  const limits = { min: -model.get("most"), max: model.get("most"), step: "any" };
  return fill(3, 3, (row, column) => {
    const label = `filter, row ${row}, column ${column}`;
    return numberInput({ label, ...limits, moved: (value) => edit(row, column, value) });
  });
}

/** The nine weights beside the three choices; `moved` hears a new padding. */
function controls(model, moved) {
  const presets = model.get("presets");
  const operations = ["cross-correlation", "true convolution, flipped"];
  const kind = choice("filter", [...presets.map(({ name }) => name), "your own"], (k) => {
    if (k < presets.length) change(model, { filter: presets[k].filter });
  });
  const operation = choice("operation", operations, (k) => change(model, { flipped: k === 1 }));
  const border = choice("padding p", ["0", "1"], moved);
  const inputs = nineInputs(model).flat();
  const nine = { class: "filter-nine", role: "group", "aria-label": "The filter" };
  const choices = [kind, operation, border].map(({ element }) => element);
  return {
    element: h(
      "div",
      { class: "filter-controls" },
      h("div", nine, ...inputs.map(({ element }) => element)),
      h("div", { class: "filter-choices" }, ...choices),
    ),
    show({ filter, flipped, padding }) {
      const known = presets.findIndex((preset) => String(preset.filter) === String(filter));
      kind.show(known < 0 ? presets.length : known);
      operation.show(Number(flipped));
      border.show(padding);
      filter.flat().forEach((weight, k) => inputs[k].show(Number(weight.toFixed(4))));
    },
  };
}

function makeParts() {
  const inputTitle = h("div", { class: "filter-title" });
  const outputTitle = h("div", { class: "filter-title" });
  const input = h("div", { role: "img" });
  const suppress = { "data-lm-suppress-shortcuts": "true" };
  const output = h("div", { role: "grid", tabindex: 0, ...suppress });
  const sides = [h("div", {}, inputTitle, input), h("div", {}, outputTitle, output)];
  return {
    id: freshId(),
    stage: h("div", { class: "filter-pictures" }, ...sides),
    inputTitle,
    input,
    outputTitle,
    output,
    products: h("div", { class: "filter-products", role: "img" }),
    says: spoken(),
    legend: h("p", { class: "filter-legend" }),
  };
}

function drawGrids(parts, state) {
  const { id, stage, inputTitle, input, outputTitle, output, legend, says } = parts;
  const grey = Math.max(state.image.length, state.image[0].length) > MOST_NUMBERED;
  legend.textContent = COLOURS[grey] + LEGEND;
  const [rows, columns] = outputShape(state);
  const image = fill(rows + 2, columns + 2, (row, column) => pixel(state, row, column));
  const result = filtered(state);
  const room = { "--rows": state.image.length, "--columns": state.image[0].length };
  for (const [property, value] of Object.entries(room)) stage.style.setProperty(property, value);
  keepRoom(says, [longSentence(state.image.length, state.image[0].length)]);
  inputTitle.textContent = `Input ${shape(state.image.length, state.image[0].length)}`;
  paint(input, grid(image, state.padding, grey, "presentation", () => ""));
  input.setAttribute("aria-label", `${inputTitle.textContent}, padding ${state.padding}`);
  outputTitle.textContent = `Output ${shape(rows, columns)}`;
  const gridcell = (i, j) =>
    `id="${id}-${i}-${j}" data-row="${i}" data-column="${j}" role="gridcell" ` +
    `aria-label="(${i}, ${j}): ${short(result[i][j])}"`;
  paint(output, grid(result, 0, grey, "row", gridcell));
  output.setAttribute("aria-label", `${outputTitle.textContent}: arrow keys choose a cell`);
}

/** Show the chosen output cell: its window, its products and the sentence. */
function drawChosen({ id, input, output, products, says }, state, { row, column }) {
  outline(input, row - state.padding, column - state.padding, 3);
  outline(output, row, column, 1);
  select(output, `${id}-${row}-${column}`);
  drawProducts(products, state, row, column);
  says.textContent = sentence(state, row, column);
}

const STATE = ["image", "filter", "padding", "flipped"];

function render({ model, el }) {
  const read = () => Object.fromEntries(STATE.map((name) => [name, model.get(name)]));
  const inside = ({ row, column }) => {
    const [rows, columns] = outputShape(read());
    const clamp = (k, size) => Math.max(0, Math.min(k, size - 1));
    return { row: clamp(row, rows), column: clamp(column, columns) };
  };
  const chosen = () => inside({ row: model.get("row"), column: model.get("column") });
  const settings = controls(model, (padding) => {
    change(model, { padding });
    change(model, chosen());
  });
  const parts = makeParts();
  listen(parts.output, model, (at) => change(model, inside(at)));
  const stage = h("div", { class: "filter-stage" }, parts.stage);
  const title = h("div", { class: "filter-title" }, "Its nine products");
  const rest = [stage, parts.says, title, parts.products, parts.legend];
  mount(el, "Filter explorer", settings.element, ...rest);
  let drawn;
  return follow(model, [...STATE, "row", "column"], () => {
    const state = read();
    const key = JSON.stringify(state);
    if (key !== drawn) {
      drawn = key;
      settings.show(state);
      drawGrids(parts, state);
    }
    drawChosen(parts, state, chosen());
  });
}

export default { render };
