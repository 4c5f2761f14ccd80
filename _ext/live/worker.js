// Runs Python for a page. What it is sent first is all that it ever gets: the frame that starts it
// lets nothing through to the network, and Python finds no JavaScript to call.
import { loadPyodide } from "pyodide";
import createPyodideModule from "pyodide/pyodide.asm.mjs";

let cell;

async function start({ module, library, sympy, ours, info }) {
  const { instantiate } = WebAssembly;
  WebAssembly.instantiateStreaming = async (_, imports) => ({
    module,
    instance: await instantiate(module, imports),
  });
  self.fetch = async () => new Response(library);
  const python = await loadPyodide({
    createPyodideModule,
    indexURL: "https://pyodide.invalid/",
    stdLibURL: "https://pyodide.invalid/library",
    lockFileContents: { info, packages: {} },
    env: { SYMPY_CACHE_SIZE: "20000" }, // as in the Makefile
    stdout() {},
    stderr() {},
  });
  delete self.fetch;
  for (const [name, zip] of Object.entries({ sympy, ours })) {
    python.FS.writeFile(`/${name}.zip`, new Uint8Array(zip), { canOwn: true });
    python.runPython(`import sys; sys.path.insert(0, "/${name}.zip")`);
  }
  cell = python.runPython("from _ext.live import cell; cell.start(); cell.answer");
}

self.onmessage = async ({ data }) => {
  if (data.start) await start(data.start);
  postMessage({ id: data.id, answer: data.start ? null : JSON.parse(cell(JSON.stringify(data.ask))) });
};
