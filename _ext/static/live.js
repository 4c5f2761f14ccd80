// Puts a button beside each proof that a reader can edit. Nothing else loads before one is pressed.
(() => {
  let bench;

  const load = (source) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = source;
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${source} is missing`));
      document.head.append(script);
    });

  async function started() {
    const folder = `${document.documentElement.dataset.content_root}_static/live/`;
    await load(`${folder}${document.querySelector("[data-live]").dataset.live}.js`);
    window.livePage.folder = `${folder}${window.livePage.folder}/`;
    await load(`${window.livePage.folder}bench.js`);
    return window.liveBench;
  }

  async function start() {
    bench ??= started();
    try {
      return await bench;
    } catch (error) {
      bench = undefined;
      throw error;
    }
  }

  window.live = {
    ask: async (request, say) => (await start()).ask(window.livePage, request, say),
    isLoaded: () => window.liveBench?.isLoaded(),
  };

  const [, shared, code] = /^#live=(\d+):([\w-]+)$/.exec(location.hash) ?? [];
  for (const folded of document.querySelectorAll("[data-live]")) {
    const number = folded.dataset.cell;
    const opener = document.createElement("button");
    opener.type = "button";
    opener.className = "live-edit";
    opener.textContent = "Edit";
    opener.setAttribute("aria-expanded", "false");
    const open = async (code) => {
      try {
        (await start()).open(window.livePage, Number(number), folded.parentElement, opener, code);
      } catch (error) {
        opener.textContent = `Edit: ${error.message}`;
      }
    };
    opener.addEventListener("click", () => open());
    const line = document.createElement("div");
    line.className = "live-line";
    folded.before(line);
    line.append(folded, opener);
    if (number === shared) open(code).then(() => line.scrollIntoView({ block: "center" }));
  }
})();
