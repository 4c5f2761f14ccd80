"""Run every benchmark and write `results.md` and `results.svg` beside this file."""

from pathlib import Path

from benchmarks import convolution, gradient, live, training
from benchmarks.measure import machine
from benchmarks.plot import draw

FOLDER = Path(__file__).parent


def main() -> None:
    """Measure, write the table and the plot, and show the table."""
    sections = [
        section for benchmark in (gradient, training, convolution) for section in benchmark.run()
    ]
    page = "\n".join(
        ["# Benchmarks\n", f"Measured on {machine()}.\n", *map(str, sections), live.run()]
    )
    (FOLDER / "results.md").write_text(page, encoding="utf-8")
    draw(sections, FOLDER / "results.svg")
    print(page)


main()
