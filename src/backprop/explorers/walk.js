// A walk through a graph, step by step: what the graph explorer and the stepper share.

/** Buttons, a slider, and keys from either, that lead through the steps from 0 to `last()`. */
function walk(model, el, last) {
  const go = (step) => change(model, { step: Math.max(0, Math.min(step, last())) });
  const by = (count) => () => go(model.get("step") + count);
  const buttons = [
    button("First", () => go(0)),
    button("Back", by(-1)),
    button("Forward", by(1)),
    button("Last", () => go(last())),
  ];
  const range = slider({ label: "Step", min: 0, max: 1, moved: go });
  el.addEventListener("keydown", (event) => {
    const now = model.get("step");
    const keys = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last() };
    if (!(event.key in keys) || event.target.matches("input, summary, [tabindex]")) return;
    event.preventDefault();
    go(keys[event.key]);
  });
  const elements = [h("div", { class: "walk-buttons" }, ...buttons), range.element];
  return {
    elements,
    show(step) {
      range.reach(last());
      range.show(step, `${step} of ${last()}`);
      buttons.forEach((each, k) => {
        each.setAttribute("aria-disabled", String(step === (k < 2 ? 0 : last())));
      });
    },
    /** Draw now and at each change of the named traits, lay out at each width; returns what stops it. */
    follow(names, draw, layOut) {
      const stop = follow(model, names, draw);
      const observer = new ResizeObserver(layOut);
      observer.observe(elements[0]); // its height never changes, so that the loop ends
      return () => {
        observer.disconnect();
        stop();
      };
    },
  };
}

/** Let the keyboard scroll what does not fit. */
function reachable(element) {
  if (element.scrollWidth > element.clientWidth) element.setAttribute("tabindex", "0");
  else element.removeAttribute("tabindex");
}

const LEAST = 0.78; // of its size a drawing may shrink to, here and in walk.css

/** The stage of a drawing that lies on a wide page and stands on a narrow one. */
function makeStage(kind) {
  const stage = h("div", { class: `walk-stage ${kind}-stage` });
  const element = h("div", { class: "walk-room" }, stage);
  let [sizes, tall] = [[], null];
  const set = (name, [width, height]) => {
    element.style.setProperty(`--${name}-width`, width);
    element.style.setProperty(`--${name}-height`, height);
  };
  return {
    stage,
    element,
    /** Keep room for a drawing of the first size, or where that is too wide, of the second. */
    keep(lying, standing) {
      [sizes, tall] = [[lying, standing], null];
      set("lying", lying);
      set("standing", standing);
    },
    /** Draw what `draw(tall)` returns, unless it is there; say whether it is new. */
    lay(draw) {
      const narrow = element.clientWidth < LEAST * sizes[0][0];
      if (narrow === tall) return false;
      tall = narrow;
      stage.dataset.tall = tall;
      stage.style.setProperty("--width", sizes[Number(tall)][0]);
      paint(stage, draw(tall));
      reachable(stage);
      return true;
    },
  };
}

/** A wire along a path, with a head at either end, of which one is to be seen. */
function wireSvg(data, path, [x, y, turn], [u, v, turned], more = "") {
  const head = (kind, a, b, angle) =>
    `<path class="walk-${kind}" d="M0 0L-8 -4V4Z" ` +
    `transform="translate(${a} ${b}) rotate(${angle})"/>`;
  const heads = head("tip", u, v, turned) + head("tail", x, y, turn + 180);
  return `<g ${data} class="walk-wire"><path d="${path}"/>${heads}${more}</g>`;
}
