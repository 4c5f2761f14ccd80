// Starts the explorers of a page that has no kernel. Each explorer is an anywidget front end, so
// it is given what Jupyter would give it: a model with get, set, on, off and save_changes.
(() => {
  class Model {
    #state;
    #listeners = [];

    constructor({ state, buffers }) {
      this.#state = state;
      for (const { path, data } of buffers) {
        const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
        const parent = path.slice(0, -1).reduce((object, key) => object[key], state);
        parent[path.at(-1)] = new DataView(bytes.buffer);
      }
    }

    get(name) {
      return this.#state[name];
    }

    set(name, value) {
      const changes = typeof name === "object" ? name : { [name]: value };
      const changed = Object.keys(changes).filter((key) => this.#state[key] !== changes[key]);
      Object.assign(this.#state, changes);
      for (const key of changed) this.#emit(`change:${key}`, changes[key]);
      if (changed.length) this.#emit("change");
    }

    on(events, callback) {
      for (const event of events.split(" ")) this.#listeners.push({ event, callback });
    }

    off(events, callback) {
      this.#listeners = this.#listeners.filter(
        (listener) =>
          (events && !events.split(" ").includes(listener.event)) ||
          (callback && callback !== listener.callback),
      );
    }

    save_changes() {}

    #emit(name, ...values) {
      for (const { event, callback } of [...this.#listeners]) {
        if (event === name) callback(this, ...values);
      }
    }
  }

  const loading = {};

  // What explorers share, code or state, is a script of its own: it loads without a server too.
  function shared(source) {
    const name = source.split("/").at(-1);
    loading[name] ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = source;
      script.onload = () => resolve(window.explorerData[name]);
      script.onerror = () => reject(new Error(`${source} is missing`));
      document.head.append(script);
    });
    return loading[name];
  }

  async function start(el) {
    const parts = [el.dataset.frontEnd, el.dataset.model].map(shared);
    const [front, data] = await Promise.all(parts);
    const model = new Model(structuredClone(data));
    const exported = front();
    const widget = typeof exported === "function" ? await exported() : exported;
    await widget.initialize?.({ model });
    el.replaceChildren(); // what stood there until now
    await widget.render({ model, el });
    el.dataset.ready = "true";
  }

  const waiting = new Set(document.querySelectorAll(".explorer"));
  const near = new IntersectionObserver(
    (entries) => entries.filter((e) => e.isIntersecting).forEach((e) => begin(e.target)),
    { rootMargin: "50%" },
  );

  async function begin(el) {
    if (!waiting.delete(el)) return;
    near.unobserve(el);
    await start(el).catch((error) => {
      el.replaceChildren(`This explorer could not start: ${error.message}`);
      console.error(error);
    });
  }

  // Those that are in sight start at once, the others one by one while nothing else is done, yet
  // no later than a second after the one before.
  async function beginNext() {
    await begin([...waiting][0]);
    if (waiting.size) idle(beginNext);
  }
  const idle = (callback) =>
    window.requestIdleCallback?.(callback, { timeout: 1000 }) ?? setTimeout(callback);
  for (const el of waiting) near.observe(el);
  idle(beginNext);
})();
