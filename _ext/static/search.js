// Brings the search when a reader first turns to its field; until then a page loads only this.
{
  const folder = `${document.documentElement.dataset.content_root}_static/search/`;
  const add = (tag, given) => {
    document.head.append(Object.assign(document.createElement(tag), given));
  };

  function bring({ target }) {
    if (!target.matches("form.bd-search input")) return;
    document.removeEventListener("focusin", bring);
    add("link", { rel: "stylesheet", href: `${folder}results.css` });
    for (const name of ["minisearch", "sections", "ranking", "results"]) {
      add("script", { async: false, src: `${folder}${name}.js` });
    }
  }

  document.addEventListener("focusin", bring);
  bring({ target: document.querySelector(".bd-search-container input") ?? document.body });
}
