"""A Chromium for the tests: one that is installed, else Playwright's download, else Debian's."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Error

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # the network is unplugged
]


def installed(playwright):
    """Return a browser that is on the machine already."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (str(MACOS) if MACOS.exists() else None)


def downloaded(playwright):
    """Return Playwright's own browser, fetched when it is not there yet."""
    path = playwright.chromium.executable_path
    if not Path(path).exists():
        _run(sys.executable, "-m", "playwright", "install", "chromium")
    return path


def debian(playwright):
    """Return Debian's browser, which only root can install."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        _run("apt-get", "update")
        _run("apt-get", "install", "-y", "chromium")
    return shutil.which("chromium")


def _run(*command):
    subprocess.run(command, check=False, capture_output=True, timeout=300)


def launch(playwright):
    """Return the first browser that starts; without one skip, or fail under CI."""
    for find in (installed, downloaded, debian):
        try:
            if path := find(playwright):
                return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except (Error, subprocess.TimeoutExpired):
            continue
    give_up = pytest.fail if os.environ.get("CI") else pytest.skip
    return give_up("no browser: install Chromium or Chrome, then run `make test` again")


def lay_out(page):
    """Lay a page out as a whole, at once: nothing waits until it comes near, nor moves slowly."""
    page.evaluate(
        """() => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(`* { content-visibility: visible !important }
                *, ::before, ::after { transition: none !important }`);
            document.adoptedStyleSheets.push(sheet);
        }"""
    )


def start_explorers(page):
    """Wait until all explorers of a page have started and are seen, each within 10 s of another."""
    waiting = page.evaluate(
        """() => new Promise((settled) => {
            const explorers = [...document.querySelectorAll(".explorer")];
            const started = (el) => el.dataset.ready === "true" && el.offsetHeight > 0;
            let least = Infinity, late;
            const look = () => {
                const waiting = explorers.filter((el) => !started(el)).length;
                if (waiting < least) [least, late] = [waiting, performance.now() + 10e3];
                if (!waiting || performance.now() > late) settled(waiting);
                else setTimeout(look, 20);
            };
            look();
        })"""
    )
    assert waiting == 0, "explorers that did not start"


def freeze(page):
    """Put a box in each formula's place, as large and of its colour: it is laid out in no time.

    A letter in it is as small as the smallest sign. A formula stays in which signs have other
    colours than itself.
    """
    page.evaluate(
        """() => {
            const CLEAR = "rgba(0, 0, 0, 0)";
            const signs = new Map();
            const all = [...document.querySelectorAll("math")];
            const formulas = all.filter((formula) => {
                const { color } = getComputedStyle(formula);
                const styles = [...formula.querySelectorAll("*")].map((e) => getComputedStyle(e));
                signs.set(formula, styles);
                return styles.every(
                    (s) => s.color === color && s.backgroundColor === CLEAR && s.opacity === "1",
                );
            });
            const boxes = formulas.map((formula) => {
                const { width, height } = formula.getBoundingClientRect();
                const { display, color } = getComputedStyle(formula);
                const sizes = signs.get(formula).map(({ fontSize }) => parseFloat(fontSize));
                const box = document.createElement("span");
                const inline = display.includes("block") ? "" : "inline-";
                box.style.cssText = `display: ${inline}block; overflow: clip; color: ${color};
                    width: ${width}px; height: ${height}px; font-size: ${Math.min(...sizes)}px`;
                box.textContent = "x";
                return box;
            });
            formulas.forEach((formula, k) => formula.replaceWith(boxes[k]));
            window.thaw = () => boxes.forEach((box, k) => box.replaceWith(formulas[k]));
        }"""
    )


def thaw(page):
    """Put the formulas back."""
    page.evaluate("thaw()")
