// The geometry, along one axis. Arguments and numbering are those of backprop.geometry.

/** Cells from the first to the last that a dilated filter touches. */
function span({ f, dilation }) {
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
function formula(geometry) {
  const { above, below } = divisions(geometry)[1];
  return `output size = ⌊(${above})/${below}⌋ + 1 = ${outputSize(geometry)}`;
}

/** Why nothing fits, with the numbers. */
function noWindow({ n, f, padding, dilation }) {
  const wide = dilation === 1 ? f : `${dilation}·(${f} − 1) + 1 = ${span({ f, dilation })}`;
  const padded = `padded input only ${n} + 2·${padding} = ${n + 2 * padding}`;
  const room = padding === 0 ? `input has only ${n}` : padded;
  return `No window fits: the filter spans ${wide} cells, the ${room}.`;
}

function places(noun, cells) {
  const [first, last] = [cells[0], cells.at(-1)];
  if (first === last) return `${noun} ${minus(first)}`;
  if (last - first === cells.length - 1) return `${noun}s ${minus(first)} to ${minus(last)}`;
  return `${noun}s ${cells.slice(0, -1).map(minus).join(", ")} and ${last}`;
}

/** What the chosen output cell sees. */
function sees(geometry, row, column) {
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
function leftOut(geometry) {
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

function rectangle(row, column, more, cells = 1) {
  const [x, y, side] = [column * CELL, row * CELL, cells * CELL];
  return `<rect x="${x}" y="${y}" width="${side}" height="${side}" ${more}/>`;
}

const words = (row, column, kind, text) =>
  `<text x="${(column + 0.5) * CELL}" y="${(row + 0.5) * CELL}" class="${kind}">${text}</text>`;

/** A square of cells whose rows and columns are numbered from `first`, in the margin. */
function numberedSquare(first, size, role, content) {
  const numbers = Array.from({ length: size }, (_, k) => {
    const text = minus(first + k);
    return words(k, -0.85, "conv-index", text) + words(-0.85, k, "conv-index", text);
  });
  const side = size * CELL + GUTTER + 1;
  const box = [-GUTTER, -GUTTER, side, side].join(" ");
  return (
    `<svg viewBox="${box}" style="--cells: ${side / CELL}" ${role}>` +
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
  const label = `Input ${square(n)}, padding ${padding}, with the windows that see each cell`;
  return numberedSquare(
    -padding,
    n + 2 * padding,
    `role="img" aria-label="${label}"`,
    `<pattern id="${hatch}" width="5" height="5" patternUnits="userSpaceOnUse" ` +
      `patternTransform="rotate(45)"><path d="M0 0V5" class="conv-hatch"/></pattern>` +
      `${cells.join("")}<g class="conv-window"></g>${border.join("")}${numbers.join("")}` +
      rectangle(padding, padding, 'class="conv-border"', n) +
      '<rect class="conv-outline" rx="2"/>',
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

/** Mark the cells that an output cell reads, and outline them so that holes show. */
function drawWindow({ id, input, output, says }, geometry, { row, column }) {
  const padded = (k) => windowCells(k, geometry).map((cell) => cell + geometry.padding);
  const [rows, columns] = [padded(row), padded(column)];
  const cells = rows.flatMap((i) => columns.map((j) => rectangle(i, j, 'class="conv-read"')));
  input.querySelector(".conv-window").innerHTML = cells.join("");
  const side = span(geometry) * CELL;
  const outline = { x: columns[0] * CELL, y: rows[0] * CELL, width: side, height: side };
  for (const [name, value] of Object.entries(outline)) {
    input.querySelector(".conv-outline").setAttribute(name, value);
  }
  select(output, `${id}-${row}-${column}`);
  says.textContent = sees(geometry, row, column);
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
  const size = h("strong", {}, String(outputSize(geometry)));
  const result = h("span", { class: "conv-step" }, "= ", size);
  return [
    h("span", { class: "explorer-hidden" }, formula(geometry)),
    h("span", { "aria-hidden": "true" }, ...steps, result),
  ];
}

// The explorer.

const LEGEND =
  "A number counts the windows that see the cell; hatched cells are padding. " +
  "Point at an output cell, tap it, or move with the arrow keys.";

/** The output cell nearest to one that may lie outside. */
function inside(geometry, { row, column }) {
  const last = (outputSize(geometry) ?? 1) - 1;
  const clamp = (k) => Math.max(0, Math.min(k, last));
  return { row: clamp(row), column: clamp(column) };
}

/** The parts of the explorer that are drawn anew, each with room for its longest text. */
function makeParts(specifications) {
  const formulaLine = spoken();
  formulaLine.classList.add("conv-formula");
  const [says, remark] = [spoken(), h("p", { class: "conv-remark" })];
  const most = Object.fromEntries(specifications.map(({ name, max }) => [name, max]));
  keepRoom(says, [sees({ ...most, stride: 1 }, 0, 0)]);
  keepRoom(remark, [leftOut({ ...most, f: 1, dilation: 1 })]);
  const longest = h("p", {}, ...formulaPicture({ ...most, stride: 1, f: 2 }));
  return {
    id: freshId(),
    formulaLine,
    formulaRoom: inRoom(formulaLine, longest),
    picture: h("div", { class: "conv-picture" }),
    inputTitle: h("div", { class: "conv-title" }),
    input: h("div"),
    outputTitle: h("div", { class: "conv-title" }),
    output: h("div", { role: "grid", tabindex: 0, "data-lm-suppress-shortcuts": "true" }),
    says,
    remark,
  };
}

function drawGrids(parts, geometry) {
  const size = outputSize(geometry);
  const padded = geometry.n + 2 * geometry.padding;
  parts.picture.style.setProperty("--widest", Math.max(padded, size ?? 0));
  parts.picture.style.setProperty("--across", padded + (size ?? 0));
  parts.inputTitle.textContent = `Input ${square(geometry.n)}`;
  paint(parts.input, inputPicture(geometry, `${parts.id}-hatch`));
  parts.output.hidden = size === null;
  if (size === null) {
    parts.outputTitle.textContent = "No output";
    parts.formulaLine.replaceChildren(h("span", { class: "conv-none" }, noWindow(geometry)));
    parts.remark.textContent = parts.says.textContent = "";
    return;
  }
  parts.outputTitle.textContent = `Output ${square(size)}`;
  paint(parts.output, outputPicture(size, parts.id));
  parts.output.setAttribute("aria-label", `Output ${square(size)}: arrow keys choose a cell`);
  parts.formulaLine.replaceChildren(...formulaPicture(geometry));
  parts.remark.textContent = leftOut(geometry);
}

function render({ model, el }) {
  const specifications = model.get("sliders");
  const names = specifications.map(({ name }) => name);
  const read = (...traits) => Object.fromEntries(traits.map((name) => [name, model.get(name)]));
  const choose = (values) => {
    const all = { ...read(...names, "row", "column"), ...values };
    change(model, { ...values, ...inside(all, all) });
  };
  const sliders = specifications.map(({ name, label, min, max }) =>
    slider({ label, min, max, moved: (number) => choose({ [name]: number }) }),
  );
  const parts = makeParts(specifications);
  listen(parts.output, model, choose);
  parts.picture.append(
    h("div", {}, parts.inputTitle, parts.input),
    h("div", {}, parts.outputTitle, parts.output),
  );
  mount(
    el,
    "Convolution explorer",
    h("div", { class: "explorer-sliders" }, ...sliders.map(({ element }) => element)),
    parts.formulaRoom,
    h("div", { class: "conv-stage" }, parts.picture),
    parts.says,
    parts.remark,
    h("p", { class: "conv-legend" }, LEGEND),
  );

  let drawn;
  function draw() {
    const geometry = read(...names);
    const key = JSON.stringify(geometry);
    if (key !== drawn) {
      drawn = key;
      sliders.forEach(({ show }, k) => show(geometry[names[k]], String(geometry[names[k]])));
      drawGrids(parts, geometry);
    }
    if (parts.output.hidden) return;
    drawWindow(parts, geometry, inside(geometry, read("row", "column")));
  }
  return follow(model, [...names, "row", "column"], draw);
}

export default { render };
