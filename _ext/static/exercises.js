// Marks in the list of exercises what the reader has solved; `kept.js` and the bench note it.
(() => {
  const PREFIX = "exercise ";
  const MARKS = { solved: "✓ solved", tried: "tried", open: "" };
  const list = document.querySelector(".exercises");
  const sum = list.querySelector("p");
  const forget = document.createElement("button");
  forget.type = "button";
  forget.textContent = "Forget all on this device";

  function stored(name) {
    try {
      return JSON.parse(localStorage.getItem(PREFIX + name));
    } catch {
      return null;
    }
  }

  /** An exercise with several boxes is solved when all are. */
  function stateOf(item) {
    const records = item.dataset.exercises.split(" ").filter(Boolean).map(stored);
    if (records.length && records.every((record) => record?.solved)) return "solved";
    return records.some(Boolean) ? "tried" : "open";
  }

  const count = (items, state) => items.filter((item) => item.dataset.state === state).length;
  const told = (items) => `${count(items, "solved")} of ${items.length} solved`;

  function draw() {
    const all = [...list.querySelectorAll("li:not([data-kind=''], [data-kind=code])")];
    for (const item of all) {
      item.dataset.state = stateOf(item);
      const mark = item.querySelector("b") ?? item.appendChild(document.createElement("b"));
      mark.textContent = MARKS[item.dataset.state];
    }
    for (const title of list.querySelectorAll("h2")) {
      const own = all.filter((item) => item.parentElement === title.nextElementSibling);
      const part = title.querySelector("small") ?? document.createElement("small");
      part.textContent = told(own);
      title.append(" ", part);
    }
    const tried = count(all, "tried");
    sum.textContent = `${told(all)}${tried ? `, ${tried} more tried` : ""}.`;
    forget.hidden = !all.some((item) => item.dataset.state !== "open");
  }

  forget.addEventListener("click", () => {
    if (!confirm("Forget all answers and ticks on this device?")) return;
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    for (const key of keys) localStorage.removeItem(key);
    draw();
  });
  list.append(forget);
  draw();
  addEventListener("storage", draw); // of a chapter in another tab
  addEventListener("pageshow", draw);
})();
