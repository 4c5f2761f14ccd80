// A reference shows what it refers to while it is pointed at, or in focus. A touch follows it.
(() => {
  const REFERENCE = "article a.reference.internal";
  const box = document.createElement("div");
  box.id = "preview";
  box.role = "tooltip";
  let shown = null; // the reference whose preview is there
  let timer = 0;
  let loading;

  // What is on other pages, by the address that leads there.
  function elsewhere() {
    loading ??= new Promise((resolve) => {
      const root = new URL(document.documentElement.dataset.content_root, location.href).pathname;
      const page = location.pathname.slice(root.length).replace(/\.html$/, "") || "index";
      const script = document.createElement("script");
      script.src = `${root}_static/previews/${page}.js`;
      script.onload = () => resolve(window.previews);
      script.onerror = () => resolve({});
      document.head.append(script);
    });
    return loading;
  }

  function here(id) {
    const target = document.getElementById(id);
    if (!target?.matches("section, .exercise")) return target?.outerHTML;
    const title = target.querySelector("h1, h2, h3, h4, h5, h6, .admonition-title");
    const paragraph = target.querySelector("p:not(.admonition-title)");
    return (title?.outerHTML ?? "") + (paragraph?.outerHTML ?? "");
  }

  function fill(html) {
    box.innerHTML = html;
    for (const part of box.querySelectorAll("[id]")) part.removeAttribute("id");
    for (const link of box.querySelectorAll(".headerlink")) link.remove();
    for (const link of box.querySelectorAll("a")) link.replaceWith(...link.childNodes);
  }

  // Below the reference, or above it where there is more room.
  function place(link) {
    const at = [...link.getClientRects()].at(-1);
    const { width, height } = box.getBoundingClientRect();
    const above = at.bottom + height + 8 > innerHeight && at.top > innerHeight - at.bottom;
    const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8));
    const origin = box.offsetParent.getBoundingClientRect();
    box.style.left = `${left - origin.left}px`;
    box.style.top = `${(above ? at.top - height - 4 : at.bottom + 4) - origin.top}px`;
  }

  async function show(link) {
    hide();
    shown = link;
    const address = link.getAttribute("href");
    const anchor = address.startsWith("#") && decodeURIComponent(address.slice(1));
    const html = anchor ? here(anchor) : (await elsewhere())[address];
    if (!html || shown !== link) return;
    fill(html);
    document.querySelector("main").append(box);
    link.setAttribute("aria-describedby", box.id);
    place(link);
  }

  function hide() {
    clearTimeout(timer);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    box.remove();
  }

  function later(delay, act) {
    clearTimeout(timer);
    timer = setTimeout(act, delay);
  }

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const link = event.target.closest(REFERENCE);
    if (link === shown || box.contains(event.target)) {
      if (shown) clearTimeout(timer);
    } else if (link) {
      later(150, () => show(link));
    } else {
      later(250, hide);
    }
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches(`:focus-visible:is(${REFERENCE})`)) show(event.target);
  });
  document.addEventListener("focusout", hide);
  document.addEventListener("click", (event) => {
    if (!box.contains(event.target)) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
})();
