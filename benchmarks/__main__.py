"""Run every benchmark and write `results.md` beside this file."""

from pathlib import Path

from benchmarks import gradient
from benchmarks.measure import machine

PAGE = Path(__file__).with_name("results.md")


def main() -> None:
    """Measure, write the page and show it."""
    sections = [benchmark.run() for benchmark in (gradient,)]
    page = "\n".join(["# Benchmarks\n", f"Measured on {machine()}.\n", *map(str, sections)])
    PAGE.write_text(page, encoding="utf-8")
    print(page)


main()
