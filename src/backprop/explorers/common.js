// Shared by all explorers: `front_end` joins this file and the explorer's own into one module.

/** Make an HTML element with these attributes and children. */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "style") element.style.cssText = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Paint an element with markup, whose styles are set one by one: a server may forbid attributes. */
function paint(element, markup) {
  element.innerHTML = markup.replaceAll(' style="', ' data-style="');
  for (const part of element.querySelectorAll("[data-style]")) {
    part.style.cssText = part.dataset.style;
    part.removeAttribute("data-style");
  }
}

/** An id that is free on the page, however many explorers it holds. */
function freshId() {
  return `explorer-${Math.random().toString(36).slice(2)}`;
}

/**
 * A labelled range; `moved` hears the new position; `reach` sets the last position, `show` the
 * position and the read-out.
 */
function slider({ label, min, max, moved }) {
  const id = freshId();
  const suppress = { "data-lm-suppress-shortcuts": "true" }; // or JupyterLab takes the arrow keys
  const input = h("input", { id, type: "range", min, max, step: 1, ...suppress });
  const readOut = h("span", { class: "explorer-number", "aria-hidden": "true" });
  input.addEventListener("input", () => moved(Number(input.value)));
  return {
    element: h("div", { class: "explorer-slider" }, h("label", { for: id }, label), readOut, input),
    reach: (last) => (input.max = last),
    show(position, text) {
      input.value = position;
      input.setAttribute("aria-valuetext", text);
      readOut.textContent = text;
    },
  };
}

/** A button; `pressed` hears it. */
function button(text, pressed, more = {}) {
  const attributes = { type: "button", "data-lm-suppress-shortcuts": "true", ...more };
  const element = h("button", attributes, text);
  element.addEventListener("click", pressed);
  return element;
}

/** A labelled number from `min` to `max`; `moved` hears each valid one, `show` sets it. */
function numberInput({ label, min, max, step, moved }) {
  const attributes = { type: "number", min, max, step, "aria-label": label };
  const input = h("input", { ...attributes, "data-lm-suppress-shortcuts": "true" });
  let shown = "";
  input.addEventListener("input", () => {
    if (input.value !== "" && input.checkValidity()) moved(input.valueAsNumber);
  });
  input.addEventListener("change", () => (input.value = shown));
  return {
    element: input,
    show(number) {
      shown = String(number);
      if (input.valueAsNumber !== number) input.value = shown;
    },
  };
}

const STEPS = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  Home: [0, -Infinity],
  End: [0, Infinity],
};

// A field for a formula. Enter sends its form, in JupyterLab too, which forbids that to browsers.
function formulaInput(id, maxlength) {
  const input = h("input", {
    id,
    type: "text",
    maxlength,
    autocomplete: "off",
    autocapitalize: "none",
    autocorrect: "off",
    spellcheck: "false",
    "aria-describedby": `${id}-says`,
    "data-lm-suppress-shortcuts": "true",
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    input.form.requestSubmit();
  });
  return input;
}

/** Let pointer and keys choose a cell of a grid; `choose` hears one that may lie outside. */
function listen(grid, model, choose) {
  const point = ({ target }) => {
    if (!target.dataset.row || target.hasAttribute("aria-selected")) return;
    choose({ row: Number(target.dataset.row), column: Number(target.dataset.column) });
  };
  grid.addEventListener("pointermove", point);
  grid.addEventListener("pointerdown", point);
  grid.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS)) return;
    const [down, right] = STEPS[event.key];
    event.preventDefault();
    choose({ row: model.get("row") + down, column: model.get("column") + right });
  });
}

/** Tell the eye and the screen reader which cell of a grid is chosen. */
function select(grid, cell) {
  grid.querySelector("[aria-selected]")?.removeAttribute("aria-selected");
  grid.querySelector(`#${cell}`).setAttribute("aria-selected", "true");
  grid.setAttribute("aria-activedescendant", cell);
}

/** A paragraph that screen readers speak whenever its text changes. */
function spoken() {
  return h("p", { class: "explorer-says", "aria-live": "polite" });
}

// What lies below an explorer stays where it is, whatever moves. So a paragraph is as high as its
// longest text would be, a part as the highest of its contents, at any width of the page.

/** Keep room in a paragraph for the longest of these texts; CSS lays it out unseen. */
function keepRoom(paragraph, texts) {
  const longest = texts.reduce((one, other) => (other.length > one.length ? other : one), "");
  paragraph.dataset.room = longest;
}

/** The part, in a room that is as high as the highest of these elements. */
function inRoom(part, ...others) {
  const unseen = h("div", { class: "explorer-unseen", "aria-hidden": "true" }, ...others);
  return h("div", { class: "explorer-room" }, part, unseen);
}

/** Set traits together and tell Python, where there is one. */
function change(model, values) {
  for (const [name, value] of Object.entries(values)) model.set(name, value);
  model.save_changes();
}

/** Draw now and at each change of the named traits; returns what stops it. */
function follow(model, names, draw) {
  for (const name of names) model.on(`change:${name}`, draw);
  draw();
  return () => names.forEach((name) => model.off(`change:${name}`, draw));
}

/** Put the explorer on the page, as one labelled group. */
function mount(el, label, ...parts) {
  el.append(h("div", { class: "bp-explorer", role: "group", "aria-label": label }, ...parts));
}
