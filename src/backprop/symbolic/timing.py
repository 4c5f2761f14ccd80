"""A limit on the time that a step may take, so that what SymPy does not finish is undecided.

It counts the time of the processor, not that of the wall, and holds in the main thread on Unix.
Elsewhere, on Windows, in WebAssembly or in another thread, and while one operation on huge numbers
runs, nothing can interrupt SymPy, and a step may take long.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

MOST_SECONDS = 10.0


class TimeIsUp(BaseException):  # not an Exception, which SymPy would catch here and there
    """More processor time was used than allowed."""


@contextmanager
def time_limit(seconds: float = MOST_SECONDS) -> Iterator[None]:
    """Raise `TimeIsUp` inside, after so many seconds of processor time."""
    alarm = getattr(signal, "SIGVTALRM", None)
    if (
        alarm is None
        or not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def stop(_: int, __: FrameType | None) -> None:
        raise TimeIsUp

    try:
        before = signal.signal(alarm, stop)
    except (ValueError, OSError):  # a system that has the name alone
        yield
        return
    left = signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, *left)
        signal.signal(alarm, before)
