"""Proofs in the page: how long the first one takes, how long the others do, what is transferred."""

import gzip
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from _ext.live.cell import run as run_natively
from benchmarks import CORES
from tests.book.browser import launch
from tests.book.server import Handler, Server

HTML = Path(__file__).parents[1] / "_build/html"
PAGE = "chapters/02-sigmoid.html"
ROUNDS = 5
COLD, WARM, PLUS, MOST = 4.5, 3.0, 0.1, 5.0  # seconds
BYTES = 12e6


def run() -> str:
    """Return a table of what was measured and what it may be; only words if there is no book."""
    if not (HTML / "_static/live").exists():
        return "## Proofs in the page\n\nNot measured: there is no book, or one without *Edit*.\n"
    if CORES:  # a browser inherits them, and draws, serves and computes in several processes
        os.sched_setaffinity(0, CORES)
    server = Server(("127.0.0.1", 0), partial(Handler, directory=HTML))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/{PAGE}"
    with sync_playwright() as playwright:
        browser = launch(playwright)
        cold, warm = _first_runs(browser, address)
        page = browser.new_page()
        page.goto(address)
        pairs = [(_in_page(page, proof), _natively(proof)) for proof in _proofs()]
        browser.close()
    server.shutdown()
    return _table(cold, warm, pairs[1:])  # the first one loads Python


def _first_runs(browser: Browser, address: str) -> tuple[float, float]:
    """Return the median seconds from *Run* to an answer, with an empty and with a full cache."""
    cold, warm = [], []
    for _ in range(ROUNDS):
        context = browser.new_context()
        for times in (cold, warm):
            page = context.new_page()
            page.goto(address)
            page.locator(".live-edit").first.click()
            page.locator(".live .cm-content").wait_for()
            start = time.perf_counter()
            page.get_by_role("button", name="Run").click()
            page.locator(".live[data-runs='1']").wait_for(timeout=120_000)
            times.append(time.perf_counter() - start)
            page.close()
        context.close()
    return median(cold), median(warm)


def _proofs() -> Iterator[dict[str, Any]]:
    """Yield the proofs that can be edited, as a page asks for them."""
    for path in sorted(HTML.glob("chapters/*.html")):
        marks = re.findall(r'data-live="([^"]+)" data-cell="(\d+)"', path.read_text("utf-8"))
        for name, number in marks:
            text = (HTML / f"_static/live/{name}.js").read_text(encoding="utf-8")
            cells = json.loads(text.split(" = ", 1)[1].rstrip(";\n"))["cells"]
            at = int(number)
            yield {"page": name, "cells": cells[:at], "source": cells[at]}


def _in_page(page: Page, proof: dict[str, Any]) -> float:
    return float(
        page.evaluate(
            """async (proof) => {
              const start = performance.now();
              await live.ask(proof, () => {});
              return (performance.now() - start) / 1e3;
            }""",
            proof,
        )
    )


def _natively(proof: dict[str, Any]) -> float:
    start = time.perf_counter()
    run_natively(**proof)
    return time.perf_counter() - start


def _table(cold: float, warm: float, pairs: list[tuple[float, float]]) -> str:
    times = [here for here, _ in pairs]
    ratio = median(here / native for here, native in pairs)
    slow = sum(here > 2 * native + PLUS for here, native in pairs)
    size = sum(
        len(gzip.compress(file.read_bytes())) for file in HTML.glob("_static/live/book-*/*.js")
    )
    rows = [
        ("first *Run*, empty cache (s)", cold, COLD),
        ("first *Run*, full cache (s)", warm, WARM),
        (f"median of {len(pairs)} proofs (s)", median(times), None),
        ("median ratio to native Python", ratio, None),
        (f"proofs slower than twice native and {PLUS:g} s", slow, 0),
        ("slowest proof (s)", max(times), MOST),
        ("transferred, compressed (MB)", size / 1e6, BYTES / 1e6),
    ]
    lines = ["## Proofs in the page, in Chromium, served by this machine\n"]
    lines += ["| | measured | at most | |", "|---|--:|--:|---|"]
    for name, value, limit in rows:
        verdict = (
            "| |" if limit is None else f"{limit:g} | {'met' if value <= limit else 'MISSED'} |"
        )
        lines.append(f"| {name} | {value:.3g} | {verdict}")
    return "\n".join(lines) + "\n"
