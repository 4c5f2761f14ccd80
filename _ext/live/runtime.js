// Python in a worker, in a frame that lets nothing through to the network and has no page to touch.
import jail from "./jail.html";

const LONG_HIDDEN = 5 * 60e3; // ms after which a hidden page lets its memory go
const SIZE = Object.values(PARTS).flat().reduce((sum, [, size]) => sum + size, 0);
const OPENS = 5e3; // ms after which a frame that has loaded has run its script
const BARRED =
  "The Content-Security-Policy of this server keeps Python from starting; " +
  "the README of the book says what it must allow.";
export const megabytes = (size) => (size / 1e6).toFixed(1);

export class Stopped extends Error {}

let folder; // of the scripts that hold the parts
let frame; // where the worker lives
let ready; // resolves when it can be asked
let started = false; // whether Python runs, so that it can be started anew
const halts = new Set(); // what ends the waiting for `ready`
let waiting = {};
let lastId = 0;
let tell = () => {};

/** Say from where to load. */
export function setFolder(address) {
  folder = address;
}

export const isLoaded = () => started;

/** Get ready to be asked; `say` hears how far that has come. */
export async function prepare(say) {
  tell = say;
  const here = (ready ??= load());
  let halt;
  const halted = new Promise((_, reject) => halts.add((halt = reject)));
  try {
    await Promise.race([here, halted]);
  } catch (error) {
    if (!(error instanceof Stopped) && ready === here) release(error);
    throw error;
  } finally {
    halts.delete(halt);
  }
}

/** Ask for something once all is ready. */
export async function ask(request, say) {
  await prepare(say);
  tell("Running …");
  const asked = frame;
  try {
    return await send({ ask: request });
  } catch (error) {
    if (error instanceof Stopped) throw error;
    if (frame === asked) release(error);
    throw new Error(`Python broke down (${error.message}). Run starts it anew.`);
  }
}

/** End what runs, at once, and start anew; what is loading goes on, and nobody waits for it. */
export function stop() {
  const stopped = new Stopped("Stopped.");
  for (const halt of halts) halt(stopped);
  if (!started) return;
  reject(stopped);
  ready = send({ restart: true });
  ready.catch(() => {}); // stopped once more
}

function send(message) {
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    waiting[id] = { resolve, reject };
    frame.contentWindow.postMessage({ ...message, id }, "*");
  });
}

function reject(error) {
  for (const request of Object.values(waiting)) request.reject(error);
  waiting = {};
}

/** Let go of Python and of its frame; what was still waiting for it hears why. */
function release(error) {
  frame?.remove();
  frame = ready = undefined;
  started = false;
  reject(error);
}

async function load() {
  let loaded = 0;
  const part = async ([file, size]) => {
    const bytes = await read(file);
    loaded += size;
    tell(`Loading ${megabytes(loaded)} of ${megabytes(SIZE)} MB …`);
    return bytes;
  };
  const whole = async ([name, parts]) => [name, await Promise.all(parts.map(part))];
  tell(`Loading ${megabytes(SIZE)} MB, once …`);
  const [things] = await Promise.all([Promise.all(Object.entries(PARTS).map(whole)), opened()]);
  tell("Starting Python …");
  await send({ give: { ...Object.fromEntries(things), info: INFO } });
  started = true;
}

/** Read a part: a script, as a page may read nothing else from a disk. */
function read(file) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = folder + file;
    script.onerror = () => {
      script.remove();
      reject(new Error(`${file} could not be loaded. Is the book complete, and are you online?`));
    };
    script.onload = () => {
      resolve(decoded(window.liveParts[file]));
      delete window.liveParts[file];
      script.remove();
    };
    document.head.append(script);
  });
}

function decoded(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let k = 0; k < bytes.length; k++) bytes[k] = characters.charCodeAt(k);
  return bytes;
}

function opened() {
  frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts";
  frame.hidden = true;
  frame.title = "Python";
  frame.srcdoc = jail;
  return new Promise((resolve, reject) => {
    waiting.open = { resolve, reject() {} };
    frame.onload = () => setTimeout(() => reject(new Error(BARRED)), OPENS);
    document.body.append(frame);
  });
}

addEventListener("message", ({ source, data }) => {
  if (!frame || source !== frame.contentWindow) return;
  const { id = "open", answer, failure } = data;
  const request = waiting[id];
  delete waiting[id];
  if (failure) request?.reject(new Error(failure));
  else request?.resolve(answer);
});

let timer;
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (document.hidden) timer = setTimeout(letGo, LONG_HIDDEN);
});

function letGo() {
  if (started && !Object.keys(waiting).length) release();
}
