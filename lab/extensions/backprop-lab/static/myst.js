// How JupyterLab shows what is MyST in a chapter. Before Lab renders the Markdown of a cell,
// directives become boxes and headings, and roles become links; the cell itself stays as it is.
// A prebuilt extension, written by hand in the form that a build would give it.
(() => {
  const FENCE = /^(`{3,}|:{3,})(?:\{([\w:-]+)\} *(.*))?/;
  const OPTION = /^:([\w-]+): *(.*)/;
  const CODE_OR_ROLE = /(`+)(?!`)[^]*?(?<!`)\1(?!`)|\{([\w:]+)\}`([^`]+)`/g;
  const END_OF_EQUATION = /^\$\$ \(([\w-]+)\)$/gm;
  const LINK_TO_LABEL = /\]\(([\w-]+)\)/g;
  const TARGET = /^\([\w-]+\)=$/gm;

  const config = document.getElementById("jupyter-config-data");
  const names = JSON.parse(config.textContent).bookNames;
  const said = (label) => names[label]?.[0] ?? label;
  const bare = (label) => label.replace(/^def-/, "");

  // MyST as Markdown that Lab knows.
  function shown(text) {
    const lines = text.split("\n");
    const parts = [];
    for (let start = 0, at = 0; at <= lines.length; at++) {
      const fence = at < lines.length && FENCE.exec(lines[at]);
      if (!fence && at < lines.length) continue;
      parts.push(inline(lines.slice(start, at).join("\n")));
      if (fence) {
        const [, marks, name, title] = fence;
        const first = at;
        for (at++; at < lines.length && !closes(lines[at], marks); at++);
        const body = lines.slice(first + 1, at);
        parts.push(name ? directive(name, title, body) : [lines[first], ...body, marks].join("\n"));
      }
      start = at + 1;
    }
    return parts.join("\n");
  }

  const closes = (line, marks) => line.startsWith(marks) && !line.replaceAll(marks[0], "").trim();

  function directive(name, title, body) {
    const options = {};
    for (let found; (found = OPTION.exec(body[0])); body.shift()) options[found[1]] = found[2];
    const inner = shown(body.join("\n"));
    const headed = `${said(options.label)}${title && ` (${inline(title)})`}`;
    switch (name) {
      case "admonition":
        return box(options.class, `**${inline(title)}**\n\n${inner}`);
      case "prf:theorem":
      case "prf:lemma":
        return box("theorem", `**${headed}**\n\n${inner}`);
      case "prf:proof":
        return box("proof", `*Proof.* ${inner.trim()}`);
      case "exercise":
        return `### ${headed}\n\n${inner}`;
      case "solution-start":
        return "#### Solution";
      case "solution-end":
        return box("end", "");
      case "bibliography":
        return listed(/^[a-z]+\d{4}[a-z]*$/, ([, [label, , title]]) => `- **${label}.** ${title}`);
      case "mistakes":
        return listed(/^mistake /, ([key]) => `- ${to(key)}`);
      case "exercise-list":
        return listed(/^Exercise /, ([key, [, , title]]) => `- ${to(key)} ${title}`);
      default:
        return inner;
    }
  }

  const box = (kind, inner) => `<div class="book-box ${kind}">\n\n${inner}\n\n</div>\n`;

  const listed = (chosen, line) =>
    Object.entries(names)
      .filter(([key, [label]]) => chosen.test(key) || chosen.test(label))
      .map(line)
      .join("\n");

  function inline(text) {
    return text
      .replace(TARGET, "")
      .replace(LINK_TO_LABEL, (whole, label) => (names[label] ? `](${names[label][1]})` : whole))
      .replace(END_OF_EQUATION, (_, label) => `\\tag{${bare(label)}}\n$$`)
      .replace(CODE_OR_ROLE, (whole, _, role, content) => (role ? link(role, content) : whole));
  }

  function link(role, content) {
    if (role === "cite") return `\\[${content.split(",").map((key) => to(key.trim())).join("; ")}\\]`;
    const [, words, target] = /^([^]*?)\s*<(.*)>$/.exec(content) ?? [, "", content];
    const label = target.split("/").pop();
    return to(label, words || (role === "eq" ? `(${bare(label)})` : said(label)));
  }

  function to(label, words = said(label)) {
    const [, address, title] = names[label] ?? names[label.replace(/\w+$/, "")] ?? [];
    return address ? `[${words}](${address}${title ? ` "${title.replaceAll('"', "'")}"` : ""})` : words;
  }

  const plugin = (...requires) => ({
    id: "backprop-lab:myst",
    autoStart: true,
    requires,
    activate(_, rendermime) {
      const { markdownParser } = rendermime;
      const { getHeadingTokens } = markdownParser;
      markdownParser.getHeadingTokens = (text) => getHeadingTokens(shown(text));

      const factory = rendermime.getFactory("text/markdown");
      const createRenderer = (options) => {
        const renderer = factory.createRenderer(options);
        const { render } = renderer;
        renderer.render = ({ data, metadata, trusted }) =>
          render.call(renderer, {
            data: { ...data, [options.mimeType]: shown(String(data[options.mimeType])) },
            metadata,
            trusted,
          });
        return renderer;
      };
      rendermime.addFactory({ ...factory, createRenderer });
    },
  });

  let shared;
  const load = async (name) => (await Object.values(shared[name])[0].get())();

  (window._JUPYTERLAB ??= {})["backprop-lab"] = {
    init: (scope) => (shared = scope),
    async get() {
      const { IRenderMimeRegistry } = await load("@jupyterlab/rendermime");
      // The viewer sets a renderer of Markdown, too: this one has to come after it.
      const { IMarkdownViewerTracker } = await load("@jupyterlab/markdownviewer");
      return () => plugin(IRenderMimeRegistry, IMarkdownViewerTracker);
    },
  };

  const style = document.createElement("style");
  style.textContent = `
    .book-box { margin: 1em 0; padding: 0 1em; border-left: 3px solid var(--jp-border-color1); }
    .book-box.tip, .book-box.theorem { border-color: var(--jp-brand-color1); }
    .book-box.end { margin: 0; padding: 0; border: 0; }
  `;
  document.head.append(style);
})();
