// Print as JSON what JupyterLab's own Markdown gets of each text, given the table of names.
import { readFileSync } from "node:fs";

const { extension, names, texts } = JSON.parse(readFileSync(0, "utf8"));
globalThis.window = {};
globalThis.document = {
  getElementById: () => ({ textContent: JSON.stringify({ bookNames: names }) }),
  createElement: () => ({}),
  head: { append() {} },
};
(0, eval)(readFileSync(extension, "utf8"));

const got = [];
const scope = { "0": { get: async () => () => ({}) } };
const federated = window._JUPYTERLAB["backprop-lab"];
federated.init({ "@jupyterlab/rendermime": scope, "@jupyterlab/markdownviewer": scope });
const plugin = (await federated.get("./extension"))();
const renderer = () => ({ render: ({ data }) => got.push(data["text/markdown"]) });
plugin.activate(null, {
  markdownParser: {},
  getFactory: () => ({ createRenderer: renderer }),
  addFactory(factory) {
    const { render } = factory.createRenderer({ mimeType: "text/markdown" });
    for (const text of texts) render({ data: { "text/markdown": text } });
  },
});
console.log(JSON.stringify(got));
