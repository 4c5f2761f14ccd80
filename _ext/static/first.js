// Runs before anything is drawn: light or dark, and the fonts that the page will want.
{
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const theme = localStorage.getItem("theme") || "auto";
  root.dataset.mode = localStorage.getItem("mode") || "auto";
  root.dataset.theme = theme === "auto" ? dark : theme;

  // A browser refuses to preload a font from a file, though not to use it.
  const fonts = location.protocol === "file:" ? [] : document.currentScript.dataset.fonts.split(" ");
  for (const font of fonts) {
    const href = `${root.dataset.content_root}_static/${font}.woff2`;
    const link = { rel: "preload", as: "font", crossOrigin: "", href };
    document.head.append(Object.assign(document.createElement("link"), link));
  }
}
