// The bench on which a reader edits and runs a proof. It loads when an Edit button is pressed first.
import style from "./bench.css";
import { editor } from "./editor.js";
import { ask, isLoaded, prepare, setFolder, stop, Stopped } from "./runtime.js";
import { element, shown } from "./shown.js";

const LONG = 15e3; // ms after which a run is said to take long
const VERDICTS = { false: "False", undecided: "Undecided", error: "Error" };

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets.push(sheet);

function button(label, act) {
  const node = element("button", "", label);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
}

/** What a reader has typed, kept on this device if the browser lets us. */
const kept = {
  read(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  write(key, text) {
    try {
      if (text === null) localStorage.removeItem(key);
      else localStorage.setItem(key, text);
    } catch {
      // then it lasts as long as the page
    }
  },
};

/** Note for the list of exercises that the claim of one was tried, and perhaps proved. */
function noteJudged(source, verdict) {
  const [, name] = /\bjudge\(\s*"([\w-]+)"/.exec(source) ?? [];
  if (!name) return;
  const before = kept.read(`exercise ${name}`);
  const solved = verdict.startsWith("Proved, the whole") || Boolean(JSON.parse(before)?.solved);
  kept.write(`exercise ${name}`, JSON.stringify({ solved }));
}

// A link carries code compressed, in its fragment, which no server sees.

const through = (bytes, stream) =>
  new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer();

async function toLink(text) {
  const bytes = await through(text, new CompressionStream("deflate-raw"));
  const characters = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(characters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

async function fromLink(text) {
  const characters = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
  return new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
}

/** A short name for a text, so that what is kept of a cell ends when the book changes it. */
function digest(text) {
  let sum = 5381;
  for (const character of text) sum = (sum * 33 + character.codePointAt(0)) >>> 0;
  return sum.toString(36);
}

class Bench {
  #page;
  #number;
  #original;
  #key;
  #editor;
  #running = false;
  #runs = 0;

  constructor(page, number, opener) {
    this.#page = page;
    this.#number = number;
    this.#original = page.cells[number];
    this.#key = `live ${page.name} ${number} ${digest(this.#original)}`;
    this.opener = opener;
    this.says = element("span", "live-says");
    this.says.setAttribute("role", "status");
    this.output = element("div", "live-output");
    this.run = button("Run", () => this.start());
    this.run.title = "Ctrl+Enter";
    this.end = button("Stop", () => stop());
    this.end.hidden = true;
    const reset = button("Reset", () => this.reset());
    const link = button("Copy link", () => this.share());
    const close = button("Close", () => this.leave());
    const field = element("div", "live-code");
    const bar = element("div", "live-bar", this.run, this.end, reset, link, close, this.says);
    this.root = element("div", "live", field, bar, this.output);
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", "Your version");
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.leave();
    });
    this.#editor = editor(field, kept.read(this.#key) ?? this.#original, {
      run: () => this.start(),
      leave: () => this.leave(),
      change: () => this.changed(),
    });
  }

  open(code) {
    if (code !== undefined) {
      this.#editor.text = code;
      this.say("This came with a link. Press Run to run it.");
    } else {
      this.prepare();
    }
    this.root.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
    this.#editor.focus();
  }

  /** Load while the reader reads; what goes wrong will show again when it runs. */
  async prepare() {
    const wasLoaded = isLoaded();
    try {
      await prepare((words) => this.#running || this.say(words));
      if (!this.#running && !wasLoaded) this.say("Ready.");
    } catch (error) {
      if (!this.#running) this.say(error.message);
    }
  }

  leave() {
    if (this.#running) return stop();
    this.root.hidden = true;
    this.opener.setAttribute("aria-expanded", "false");
    this.opener.focus();
  }

  changed() {
    const text = this.#editor.text;
    kept.write(this.#key, text === this.#original ? null : text);
    this.output.classList.add("live-old");
    if (!this.#running) this.say("");
  }

  reset() {
    this.#editor.text = this.#original;
    this.output.replaceChildren();
    this.#editor.focus();
  }

  say(words) {
    this.says.textContent = words;
  }

  async share() {
    const code = await toLink(this.#editor.text);
    const address = new URL(`#live=${this.#number}:${code}`, location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      this.say("Copied: the link carries your code.");
    } catch {
      history.replaceState(null, "", address);
      this.say("The address of this page is now the link: copy it from there.");
    }
  }

  async start() {
    if (this.#running) return;
    this.#running = true;
    this.root.dataset.state = "running";
    this.run.disabled = !(this.end.hidden = false);
    const { name, cells } = this.#page;
    const source = this.#editor.text;
    let began;
    const late = () => this.say("Still at it. Stop ends it; then try a smaller step.");
    let timer;
    const say = (words) => {
      clearTimeout(timer);
      began = performance.now();
      timer = setTimeout(late, LONG);
      this.say(words);
    };
    try {
      const request = { page: name, cells: cells.slice(0, this.#number), source };
      const answer = await ask(request, say);
      this.show(answer, (performance.now() - began) / 1e3, source);
      this.root.dataset.state = answer.error?.kind ?? "done";
    } catch (error) {
      this.say(error.message);
      this.root.dataset.state = error instanceof Stopped ? "stopped" : "failed";
    }
    clearTimeout(timer);
    this.#running = false;
    this.root.dataset.runs = ++this.#runs;
    this.run.disabled = !(this.end.hidden = true);
  }

  show({ shown: blocks, verdict, error }, seconds, source) {
    const nodes = shown(blocks);
    if (error) {
      const at = error.line ? ` at line ${error.line}` : "";
      this.say(`${VERDICTS[error.kind]}${at}.`);
      nodes.push(...shown(error.shown));
      if (!error.shown.length) nodes.push(element("pre", "live-words", error.words));
    } else {
      noteJudged(source, verdict);
      this.say(`${verdict} in ${seconds.toFixed(1)} s.`);
      if (!nodes.length) nodes.push(element("p", "", "It runs through, and shows nothing."));
    }
    this.output.replaceChildren(...nodes);
    const current = source === this.#editor.text;
    this.output.classList.toggle("live-old", !current);
    if (current) this.#editor.mark(error?.line ?? 0);
  }
}

const benches = new Map();

window.liveBench = {
  /** Open the bench of a cell below what folds it, with code from a link perhaps. */
  async open(page, number, folded, opener, shared) {
    setFolder(page.folder);
    if (!benches.has(number)) {
      const bench = new Bench(page, number, opener);
      benches.set(number, bench);
      folded.after(bench.root);
      bench.root.hidden = true;
    }
    const bench = benches.get(number);
    if (!bench.root.hidden && shared === undefined) return bench.leave();
    let code;
    try {
      code = shared && (await fromLink(shared));
    } catch {
      bench.say("The code in the link is broken.");
    }
    bench.open(code);
  },

  /** Ask the runtime for something; `say` hears how far loading has come. */
  ask(page, request, say = () => {}) {
    setFolder(page.folder);
    return ask(request, say);
  },

  isLoaded,
};
