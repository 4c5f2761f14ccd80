// Draws explorers when the book is built, so that a page is as long before they start as after.
// Each line that is read is a JSON array: a front end and the state of its model. Each line that is
// written is a JSON object: `html` and the `styles` of its classes, or `error`. Pictures are left
// out; the style sheets keep their room.
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";

const OF_THE_LIVE = /^(id|for|role|tabindex|aria-.*|data-lm-.*|data-row|data-column)$/;
const VOID = new Set(["input", "br"]);
const escaped = (text) =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** As much of an element of a page as a front end needs until its first picture is drawn. */
class Element {
  attributes = new Map();
  children = [];
  style = new Map();

  constructor(tag) {
    this.tag = tag;
    this.style.setProperty = (name, value) => this.style.set(name, String(value));
    this.dataset = new Proxy(
      {},
      {
        get: (_, name) => this.attributes.get(`data-${kebab(name)}`),
        set: (_, name, value) => !!this.attributes.set(`data-${kebab(name)}`, String(value)),
        deleteProperty: (_, name) => !!this.attributes.delete(`data-${kebab(name)}`) || true,
      },
    );
    const names = () => (this.attributes.get("class") ?? "").split(" ").filter(Boolean);
    const toggle = (name, on = !names().includes(name)) => {
      const others = names().filter((other) => other !== name);
      this.attributes.set("class", [...others, ...(on ? [name] : [])].join(" "));
    };
    this.classList = { toggle, add: (name) => toggle(name, true) };
    Object.defineProperty(this.style, "cssText", {
      set: (text) => {
        for (const rule of text.split(";").filter((rule) => rule.trim())) {
          const [name, ...value] = rule.split(":");
          this.style.set(name.trim(), value.join(":").trim());
        }
      },
    });
  }

  setAttribute(name, value) {
    if (name === "style") this.style.cssText = value;
    else this.attributes.set(name, String(value));
  }

  getAttribute = (name) => this.attributes.get(name) ?? null;
  hasAttribute = (name) => this.attributes.has(name);
  removeAttribute = (name) => this.attributes.delete(name);
  append = (...parts) => this.children.push(...parts);
  replaceChildren = (...parts) => (this.children = parts);
  before() {}
  focus() {}
  addEventListener() {}
  matches = () => false;
  querySelector = () => new Element("nothing");
  querySelectorAll = () => [];

  set textContent(text) {
    this.children = text === "" ? [] : [String(text)];
  }
  get textContent() {
    return this.children.map((part) => part.textContent ?? part).join("");
  }
  set innerHTML(picture) {}

  /** Write it as HTML; styles become classes, for a policy may forbid them in the page. */
  html(styles) {
    const attributes = new Map([...this.attributes].filter(([name]) => !OF_THE_LIVE.test(name)));
    if (this.style.size) {
      const rules = [...this.style].map((rule) => rule.join(":")).join(";");
      const name = `shell-${createHash("sha256").update(rules).digest("hex").slice(0, 8)}`;
      styles[name] = rules;
      attributes.set("class", `${attributes.get("class") ?? ""} ${name}`.trim());
    }
    const written = [...attributes].map(([name, value]) => ` ${name}="${escaped(value)}"`);
    const start = `<${this.tag}${written.join("")}>`;
    if (VOID.has(this.tag)) return start;
    const inside = this.children.map((part) => part.html?.(styles) ?? escaped(String(part)));
    return `${start}${inside.join("")}</${this.tag}>`;
  }
}

for (const name of ["id", "value", "min", "max", "tabIndex", "disabled", "open"]) {
  Object.defineProperty(Element.prototype, name, {
    get() {
      return this.attributes.get(name) ?? "";
    },
    set(value) {
      this.attributes.set(name, String(value));
    },
  });
}
Object.defineProperty(Element.prototype, "hidden", {
  get() {
    return this.attributes.has("hidden");
  },
  set(value) {
    if (value) this.attributes.set("hidden", "");
    else this.attributes.delete("hidden");
  },
});

globalThis.document = { createElement: (tag) => new Element(tag) };
globalThis.window = {};
globalThis.ResizeObserver = class {
  observe() {}
  disconnect() {}
};

const modules = new Map();

async function draw(code, state) {
  if (!modules.has(code)) {
    modules.set(code, import(`data:text/javascript,${encodeURIComponent(code)}`));
  }
  const { default: exported } = await modules.get(code);
  const widget = typeof exported === "function" ? await exported() : exported;
  const el = new Element("div");
  const model = {
    get: (name) => state[name],
    set() {},
    on() {},
    off() {},
    save_changes() {},
  };
  widget.render({ model, el })?.catch?.(() => {}); // what comes later is not drawn
  const styles = {};
  return { html: el.children.map((part) => part.html(styles)).join(""), styles };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await draw(...JSON.parse(line));
  } catch (error) {
    answer = { error: error.stack };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
