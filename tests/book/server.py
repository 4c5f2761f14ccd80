"""A server for pages of the book, on this machine alone."""

import socket
from contextlib import suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def free_port() -> int:
    """Return the number of a port that nobody serves on, for a program that has to be told one."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Server(ThreadingHTTPServer):
    """Serves files side by side: of a queue of 5, the usual one, a sixth may wait for long."""

    request_queue_size = 128


class Handler(SimpleHTTPRequestHandler):
    """Answers, and says nothing of it; whoever leaves a page no longer waits for its files."""

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Send a file, as far as it is wanted."""
        with suppress(ConnectionError):
            super().copyfile(source, outputfile)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
