// The geometry, along one axis. Arguments and numbering are those of backprop.geometry.

/** Cells from the first to the last that a dilated filter touches. */
export function span({ f, dilation }) {
  return dilation * (f - 1) + 1;
}

/** How many windows fit; null where the filter is wider than the padded input. */
export function outputSize({ n, f, padding, stride, dilation }) {
  const room = n + 2 * padding - span({ f, dilation });
  return room < 0 ? null : Math.floor(room / stride) + 1;
}

/** The f input positions that output cell k sees; below 0 and from n on they are padding. */
export function windowCells(k, { f, padding, stride, dilation }) {
  return Array.from({ length: f }, (_, j) => k * stride - padding + dilation * j);
}

/** For each input cell, how many windows see it. */
export function coverage(geometry) {
  const counts = new Array(geometry.n).fill(0);
  for (let k = 0; k < (outputSize(geometry) ?? 0); k++) {
    for (const cell of windowCells(k, geometry)) if (cell in counts) counts[cell] += 1;
  }
  return counts;
}

// The words.

const minus = (number) => String(number).replace("-", "−");
const many = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const square = (size) => `${size} × ${size}`;

/** What the formula divides, and by what: in letters, in numbers, worked out. */
function divisions({ n, f, padding, stride, dilation }) {
  const plain = dilation === 1;
  const filter = plain ? f : `${dilation}·(${f} − 1) − 1`;
  return [
    { above: plain ? "n + 2p − f" : "n + 2p − d(f − 1) − 1", below: "s" },
    { above: `${n} + 2·${padding} − ${filter}`, below: stride },
    { above: n + 2 * padding - span({ f, dilation }), below: stride },
  ];
}

/** The formula with its numbers, on one line. */
export function formula(geometry) {
  const { above, below } = divisions(geometry)[1];
  return `output size = ⌊(${above})/${below}⌋ + 1 = ${outputSize(geometry)}`;
}

/** Why nothing fits, with the numbers. */
export function noWindow({ n, f, padding, dilation }) {
  const wide = dilation === 1 ? f : `${dilation}·(${f} − 1) + 1 = ${span({ f, dilation })}`;
  const room = padding === 0 ? `input has only ${n}` : `padded input only ${n} + 2·${padding} = ${n + 2 * padding}`;
  return `No window fits: the filter spans ${wide} cells, the ${room}.`;
}

function places(noun, cells) {
  const [first, last] = [cells[0], cells.at(-1)];
  if (first === last) return `${noun} ${minus(first)}`;
  if (last - first === cells.length - 1) return `${noun}s ${minus(first)} to ${minus(last)}`;
  return `${noun}s ${cells.slice(0, -1).map(minus).join(", ")} and ${last}`;
}

/** What the chosen output cell sees. */
export function sees(geometry, row, column) {
  const [rows, columns] = [row, column].map((k) => windowCells(k, geometry));
  const inside = (cells) => cells.filter((cell) => cell >= 0 && cell < geometry.n).length;
  const [all, real] = [geometry.f ** 2, inside(rows) * inside(columns)];
  const padding = real < all ? `; in the padding: ${all - real} of ${many(all, "cell")}` : "";
  return (
    `Output (${row}, ${column}) sees input ${places("row", rows)}, ` +
    `${places("column", columns)}${padding}.`
  );
}

/** What the windows leave out. */
export function leftOut(geometry) {
  const { n, padding, stride } = geometry;
  const over = (n + 2 * padding - span(geometry)) % stride;
  const where = padding === 0 ? "" : " of the padded input";
  const edge =
    over === 0
      ? "The windows reach the right and the bottom edge exactly."
      : `${many(over, "column")} at the right and ${many(over, "row")} at the bottom${where} ` +
        `are never read: another window would need ${stride - over} more.`;
  const unseen = n ** 2 - coverage(geometry).filter(Boolean).length ** 2;
  return edge + (unseen ? ` In all, ${unseen} of the ${n ** 2} input cells are never read.` : "");
}

// The picture, in SVG; a cell is 20 units wide.

const CELL = 20;
const GUTTER = 14;

const rectangle = (row, column, more, cells = 1) =>
  `<rect x="${column * CELL}" y="${row * CELL}" width="${cells * CELL}" height="${cells * CELL}" ${more}/>`;

const words = (row, column, kind, text) =>
  `<text x="${(column + 0.5) * CELL}" y="${(row + 0.5) * CELL}" class="${kind}">${text}</text>`;

/** A square of cells whose rows and columns are numbered from `first`, in the margin. */
function numberedSquare(first, size, role, content) {
  const numbers = Array.from({ length: size }, (_, k) => {
    const text = minus(first + k);
    return words(k, -0.85, "conv-index", text) + words(-0.85, k, "conv-index", text);
  });
  const side = size * CELL + GUTTER + 1;
  return (
    `<svg viewBox="${-GUTTER} ${-GUTTER} ${side} ${side}" style="--cells: ${side / CELL}" ${role}>` +
    `<g aria-hidden="true">${numbers.join("")}</g>${content}</svg>`
  );
}

function inputPicture(geometry, hatch) {
  const { n, padding } = geometry;
  const counts = coverage(geometry);
  const most = Math.max(...counts) ** 2 || 1;
  const [cells, numbers, border] = [[], [], []];
  for (let row = 0; row < n + 2 * padding; row++) {
    for (let column = 0; column < n + 2 * padding; column++) {
      const count = counts[row - padding] * counts[column - padding]; // NaN in the padding
      if (Number.isNaN(count)) {
        border.push(rectangle(row, column, `class="conv-padding" fill="url(#${hatch})"`));
      } else {
        const shade = (0.5 * count) / most;
        cells.push(rectangle(row, column, `class="conv-cell" fill-opacity="${shade}"`));
        numbers.push(words(row, column, "conv-count", count));
      }
    }
  }
  const label = `Input ${square(n)}, padding ${padding}; each cell with the number of windows that see it`;
  return numberedSquare(
    -padding,
    n + 2 * padding,
    `role="img" aria-label="${label}"`,
    `<pattern id="${hatch}" width="5" height="5" patternUnits="userSpaceOnUse" ` +
      `patternTransform="rotate(45)"><path d="M0 0V5" class="conv-hatch"/></pattern>` +
      `${cells.join("")}<g class="conv-window"></g>${border.join("")}${numbers.join("")}` +
      rectangle(padding, padding, 'class="conv-border"', n),
  );
}

function outputPicture(size, id) {
  const cell = (row, column) =>
    rectangle(
      row,
      column,
      `id="${id}-${row}-${column}" data-row="${row}" data-column="${column}" role="gridcell" ` +
        `aria-label="(${row}, ${column})" class="conv-output"`,
    );
  const every = Array.from({ length: size }, (_, k) => k);
  const rows = every.map((row) => `<g role="row">${every.map((k) => cell(row, k)).join("")}</g>`);
  const border = rectangle(0, 0, 'class="conv-border" aria-hidden="true"', size);
  return numberedSquare(0, size, 'role="presentation"', rows.join("") + border);
}

/** The window of an output cell: the cells it reads, and the outline that shows its holes. */
function windowPicture(geometry, row, column) {
  const [rows, columns] = [row, column].map((k) =>
    windowCells(k, geometry).map((cell) => cell + geometry.padding),
  );
  const cells = rows.flatMap((i) => columns.map((j) => rectangle(i, j, 'class="conv-read"')));
  return cells.join("") + rectangle(rows[0], columns[0], 'class="conv-outline" rx="2"', span(geometry));
}

function fraction({ above, below }) {
  const parts = [above, below].map((part) => h("span", {}, String(part)));
  return h("span", { class: "conv-floor" }, h("span", { class: "conv-fraction" }, ...parts));
}

/** The formula typeset for the eye, and on one line for the ear. */
function formulaPicture(geometry) {
  const steps = divisions(geometry).flatMap((division, k) => [
    h("span", { class: "conv-step" }, k ? "= " : "output size = ", fraction(division), " + 1"),
    " ",
  ]);
  const result = h("span", { class: "conv-step" }, "= ", h("strong", {}, String(outputSize(geometry))));
  return [
    h("span", { class: "explorer-hidden" }, formula(geometry)),
    h("span", { "aria-hidden": "true" }, ...steps, result),
  ];
}

// The explorer.

const LEGEND =
  "A number counts the windows that see the cell; hatched cells are padding. " +
  "Point at an output cell, tap it, or move with the arrow keys.";

const STEPS = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  Home: [0, -Infinity],
  End: [0, Infinity],
};

function render({ model, el }) {
  const id = freshId();
  const specifications = model.get("sliders");
  const names = specifications.map(({ name }) => name);
  const read = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const inside = (k, geometry) => Math.max(0, Math.min(k, (outputSize(geometry) ?? 1) - 1));

  /** Set what the reader chose, keeping the chosen cell inside the output. */
  function choose(values) {
    const geometry = { ...read(), ...values };
    const { row = model.get("row"), column = model.get("column") } = values;
    change(model, { ...values, row: inside(row, geometry), column: inside(column, geometry) });
  }

  const sliders = specifications.map(({ name, label, min, max }) =>
    slider({ label, min, max, moved: (number) => choose({ [name]: number }) }),
  );
  const formulaLine = spoken();
  formulaLine.classList.add("conv-formula");
  const input = h("div");
  const inputTitle = h("div", { class: "conv-title" });
  const output = h("div", { role: "grid", tabindex: 0, "data-lm-suppress-shortcuts": "true" });
  const outputTitle = h("div", { class: "conv-title" });
  const says = spoken();
  const remark = h("p", { class: "conv-remark" });

  output.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    choose({ row: model.get("row") + step[0], column: model.get("column") + step[1] });
  });
  const point = ({ target }) => {
    if (!target.dataset.row || target.ariaSelected) return;
    choose({ row: Number(target.dataset.row), column: Number(target.dataset.column) });
  };
  output.addEventListener("pointermove", point);
  output.addEventListener("pointerdown", point);

  function drawGrids(geometry) {
    const size = outputSize(geometry);
    sliders.forEach(({ show }, k) => show(geometry[names[k]], String(geometry[names[k]])));
    picture.style.setProperty("--widest", Math.max(geometry.n + 2 * geometry.padding, size ?? 0));
    picture.style.setProperty("--across", geometry.n + 2 * geometry.padding + (size ?? 0));
    input.innerHTML = inputPicture(geometry, `${id}-hatch`);
    inputTitle.textContent = `Input ${square(geometry.n)}`;
    output.innerHTML = size === null ? "" : outputPicture(size, id);
    output.hidden = size === null;
    output.setAttribute("aria-label", `Output ${square(size)}: arrow keys choose a cell`);
    outputTitle.textContent = size === null ? "No output" : `Output ${square(size)}`;
    formulaLine.replaceChildren(...(size === null ? [h("span", { class: "conv-none" }, noWindow(geometry))] : formulaPicture(geometry)));
    remark.textContent = size === null ? "" : leftOut(geometry);
  }

  function drawWindow(geometry, row, column) {
    const cell = `${id}-${row}-${column}`;
    output.querySelector("[aria-selected]")?.removeAttribute("aria-selected");
    output.querySelector(`#${cell}`).setAttribute("aria-selected", "true");
    output.setAttribute("aria-activedescendant", cell);
    input.querySelector(".conv-window").innerHTML = windowPicture(geometry, row, column);
    says.textContent = sees(geometry, row, column);
  }

  let drawn;
  function draw() {
    const geometry = read();
    const key = JSON.stringify(geometry);
    if (key !== drawn) drawGrids(geometry);
    drawn = key;
    if (outputSize(geometry) === null) says.textContent = "";
    else drawWindow(geometry, ...["row", "column"].map((name) => inside(model.get(name), geometry)));
  }

  const picture = h(
    "div",
    { class: "conv-picture" },
    h("div", {}, inputTitle, input),
    h("div", {}, outputTitle, output),
  );
  mount(
    el,
    "Convolution explorer",
    h("div", { class: "explorer-sliders" }, ...sliders.map(({ element }) => element)),
    formulaLine,
    h("div", { class: "conv-stage" }, picture),
    says,
    remark,
    h("p", { class: "conv-legend" }, LEGEND),
  );
  return follow(model, [...names, "row", "column"], draw);
}

export default { render };
