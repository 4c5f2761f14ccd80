// Makes what pages load for proofs to run in them: `pack.mjs MODULES LIBRARIES COMMON [SITE OUT]`.
// MODULES is the folder of npm, LIBRARIES that of SymPy and mpmath; SITE holds what a page needs of
// the book's own Python. What does not depend on the book goes to COMMON, if it is not there yet,
// all else to OUT. Each thing is a script that holds a string, compressed, in base64: a page may
// read no other file from a disk.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const [modules, libraries, common, site, out] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const { buildSync } = createRequire(`${modules}/`)("esbuild");
const { loadPyodide } = await import(pathToFileURL(join(modules, "pyodide/pyodide.mjs")));
const PART = 1.5e6; // characters of a script: progress is told part by part

function bundled(name, options = {}) {
  const { outputFiles } = buildSync({
    entryPoints: [join(here, name)],
    alias: { temml: join(modules, "../../node_modules/temml/dist/temml.mjs") },
    nodePaths: [modules],
    bundle: true,
    minify: true,
    write: false,
    charset: "utf8",
    format: "iife",
    target: "es2022",
    logLevel: "error",
    loader: { ".css": "text", ".html": "text", ".py": "text" },
    ...options,
  });
  return outputFiles[0].text;
}

/** Start the Python that is going to run the byte code, to compile it. */
async function compiler(roots) {
  const python = await loadPyodide({ env: { PYTHONHASHSEED: "0" }, stdout() {} });
  for (const [path, root] of Object.entries(roots)) {
    python.FS.mkdirTree(path);
    python.FS.mount(python.FS.filesystems.NODEFS, { root }, path);
  }
  python.runPython(readFileSync(join(here, "pack.py"), "utf8"));
  return (call) => python.runPython(call).toJs();
}

/** Write a thing in parts to a folder, and return their names and sizes. */
function written(folder, name, content) {
  const text = gzipSync(content, { level: 9 }).toString("base64");
  const parts = [];
  for (let at = 0; at < text.length; at += PART) {
    const part = text.slice(at, at + PART);
    const file = `${name}-${parts.length}.js`;
    writeFileSync(join(folder, file), `(window.liveParts ??= {})["${file}"] = "${part}";\n`);
    parts.push([file, part.length]);
  }
  return parts;
}

const read = (name) => readFileSync(join(modules, "pyodide", name));

async function makeCommon() {
  const worker = bundled("worker.js", {
    define: { "import.meta.url": '"https://pyodide.invalid/pyodide.asm.mjs"' },
    external: ["node:*", "ws"],
  });
  const roots = {};
  for (const name of ["sympy", "mpmath"]) roots[`/site/${name}`] = join(libraries, name);
  const compiled = await compiler(roots);
  const things = {
    worker: `self.importScripts = undefined;${worker}`, // Pyodide asks whether it works: it may not
    wasm: read("pyodide.asm.wasm"),
    library: compiled('library()'),
    sympy: compiled('sympy("/site")'),
  };
  mkdirSync(common, { recursive: true });
  const parts = Object.entries(things).map(([name, text]) => [name, written(common, name, text)]);
  writeFileSync(join(common, "parts.json"), JSON.stringify(Object.fromEntries(parts)));
}

async function makeOurs() {
  mkdirSync(out, { recursive: true });
  const parts = JSON.parse(readFileSync(join(common, "parts.json"), "utf8"));
  const compiled = await compiler({ "/site": site });
  parts.ours = written(out, "ours", compiled('ours("/site")'));
  const { info } = JSON.parse(read("pyodide-lock.json"));
  const define = { PARTS: JSON.stringify(parts), INFO: JSON.stringify(info) };
  writeFileSync(join(out, "bench.js"), bundled("bench.js", { define }));
}

if (!existsSync(join(common, "parts.json"))) await makeCommon();
if (out) await makeOurs();
