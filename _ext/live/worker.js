// Runs Python for a page. What it is sent first is all that it ever gets: the frame that starts it
// lets nothing through to the network, and Python finds no JavaScript to call.
import { loadPyodide } from "pyodide";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import importer from "./importer.py";

let python, cell;

async function start({ module, library, info }) {
  const { instantiate } = WebAssembly;
  WebAssembly.instantiateStreaming = async (_, imports) => ({
    module,
    instance: await instantiate(module, imports),
  });
  self.fetch = async () => new Response(library);
  const started = await loadPyodide({
    createPyodideModule,
    indexURL: "https://pyodide.invalid/",
    stdLibURL: "https://pyodide.invalid/library",
    lockFileContents: { info, packages: {} },
    env: { SYMPY_CACHE_SIZE: "20000" }, // as in the Makefile
    stdout() {},
    stderr() {},
  });
  delete self.fetch;
  return started;
}

function add({ FS, runPython }, packages) {
  for (const [name, modules] of Object.entries(packages)) {
    FS.writeFile(`/${name}`, new Uint8Array(modules), { canOwn: true });
  }
  runPython(importer);
  for (const name of Object.keys(packages)) FS.unlink(`/${name}`);
  cell = runPython("from _ext.live import cell; cell.start(); cell.answer");
}

async function answered({ packages, ask }) {
  if (packages) add(await python, packages);
  return ask ? JSON.parse(cell(JSON.stringify(ask))) : null;
}

self.onmessage = async ({ data: { id, core, ...request } }) => {
  if (core) return void (python = start(core));
  try {
    postMessage({ id, answer: await answered(request) });
  } catch ({ message }) {
    postMessage({ id, failure: message });
  }
};
