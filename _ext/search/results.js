// Shows what is found below the field, as links that the arrow keys walk through.
{
  const { book, BookSearch, MiniSearch } = globalThis;
  const root = document.documentElement.dataset.content_root;
  const search = new BookSearch(MiniSearch, book);
  const filled = search.fill();
  const SHOWN = 12; // sections
  const LENGTH = 170; // of an excerpt, in letters
  const BEFORE = 30; // of them before the first hit

  function element(tag, className, ...children) {
    const made = Object.assign(document.createElement(tag), { className });
    made.append(...children);
    return made;
  }

  function hits(text, terms) {
    return BookSearch.words(text).filter(({ stem }) => terms.has(stem));
  }

  /** Return a text in pieces, with what was looked for marked. */
  function marked(text, terms) {
    const pieces = [];
    let done = 0;
    for (const { start, end } of hits(text, terms)) {
      pieces.push(text.slice(done, start), element("mark", "", text.slice(start, end)));
      done = end;
    }
    return [...pieces, text.slice(done)];
  }

  /** Return the part of a text that has most of the terms. */
  function excerpt(text, terms) {
    const found = hits(text, terms);
    let best = { start: 0, count: 0 };
    for (const { start } of found) {
      const near = found.filter((hit) => hit.start >= start && hit.end < start + LENGTH - BEFORE);
      const count = new Set(near.map(({ stem }) => stem)).size;
      if (count > best.count) best = { start, count };
    }
    const from = best.start > LENGTH / 2 ? text.lastIndexOf(" ", best.start - BEFORE) + 1 : 0;
    const to = from + LENGTH < text.length ? text.lastIndexOf(" ", from + LENGTH) : text.length;
    return `${from ? "… " : ""}${text.slice(from, to)}${to < text.length ? " …" : ""}`;
  }

  function item({ url, number, title, above, text, terms }) {
    const asked = new Set(terms);
    const link = element(
      "a",
      "search-hit",
      element("span", "search-title", `${number} `.trimStart(), ...marked(title, asked)),
      element("span", "search-above", above),
      element("span", "search-excerpt", ...marked(excerpt(text, asked), asked)),
    );
    link.href = root + url;
    return element("li", "", link);
  }

  function told(count) {
    if (!count) return "Nothing found. Try another word for it.";
    if (count > SHOWN) return `The best ${SHOWN} of ${count} sections`;
    return count === 1 ? "One section" : `${count} sections`;
  }

  function equip(form) {
    const field = form.querySelector("input");
    const status = element("p", "search-status");
    const list = element("ol", "search-hits");
    const found = element("div", "search-found", status, list);
    status.setAttribute("role", "status");
    list.setAttribute("aria-label", "Sections found");
    form.after(found);

    async function show() {
      await filled;
      const query = field.value.trim();
      const sections = query ? search.find(query) : [];
      list.replaceChildren(...sections.slice(0, SHOWN).map(item));
      status.textContent = query ? told(sections.length) : "";
      found.scrollTop = 0;
    }

    function walk(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const stops = [field, ...list.querySelectorAll("a")];
      const at = stops.indexOf(event.target);
      if (!step || at < 0) return;
      stops[at + step]?.focus();
      event.preventDefault();
    }

    field.addEventListener("input", show);
    field.addEventListener("keydown", walk);
    list.addEventListener("keydown", walk);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      list.querySelector("a")?.click();
    });
    // A section of the open page brings no new page that would close the dialog.
    list.addEventListener("click", () => form.closest("dialog")?.close());
    show();
  }

  const page = document.querySelector(".bd-search-container input");
  if (page) page.value ||= new URLSearchParams(location.search).get("q") ?? "";
  for (const form of document.querySelectorAll("form.bd-search")) equip(form);
}
