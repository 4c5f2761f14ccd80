"""What all benchmarks share: rivals that take turns, tables of ratios, and the machine's name."""

import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import numpy as np

OURS = "ours"


@dataclass(frozen=True)
class Goal:
    """How many times the time of ours that of a rival should be, at least."""

    rival: str
    ratio: float


@dataclass(frozen=True)
class Section:
    """Median seconds by rival, `OURS` among them, and what was to be reached."""

    title: str
    seconds: Mapping[str, float]
    goals: tuple[Goal, ...] = ()
    missing: tuple[str, ...] = ()

    def ratio(self, rival: str) -> float:
        """Return the time of a rival divided by ours."""
        return self.seconds[rival] / self.seconds[OURS]

    def __str__(self) -> str:
        """Write the section in Markdown."""
        lines = [f"## {self.title}\n", "| | time (ms) | time / ours | goal |", "|---|--:|--:|---|"]
        goals = {goal.rival: goal.ratio for goal in self.goals}
        for rival, seconds in self.seconds.items():
            verdict = ""
            if rival in goals:
                met = "met" if self.ratio(rival) >= goals[rival] else "MISSED"
                verdict = f"at least {goals[rival]:g}: {met}"
            lines.append(f"| {rival} | {1e3 * seconds:.3g} | {self.ratio(rival):.2f} | {verdict} |")
        lines += [f"| {rival} | not measured: not installed | | |" for rival in self.missing]
        return "\n".join(lines) + "\n"


def medians(
    rivals: Mapping[str, Callable[[], object]], *, rounds: int = 15, at_least: float = 0.05
) -> dict[str, float]:
    """Return the median seconds of a call of each rival.

    They take turns, so that what slows the machine for a while slows all of them. In a round each
    is called as often as fills `at_least` seconds, after one round that does not count.
    """
    calls = {name: max(1, round(at_least / _seconds(rival, 3))) for name, rival in rivals.items()}
    times: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(rounds):
        for name, rival in rivals.items():
            times[name].append(_seconds(rival, calls[name]))
    return {name: median(measured) for name, measured in times.items()}


def installed(module: str) -> bool:
    """Whether a peer can be imported."""
    return find_spec(module) is not None


def machine() -> str:
    """Return the processor, the system and the versions that matter, in a line."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return (
        f"{_processor()}, {platform.system()}, Python {platform.python_version()}, "
        f"NumPy {np.__version__} with {blas['name']} {blas['version']}, one thread; "
        "medians of rounds in which the rivals take turns"
    )


def _seconds(function: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - start) / calls


def _processor() -> str:
    """Return the name that Linux gives the processor, or the little that Python knows of it."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
