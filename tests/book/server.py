"""A server for pages of the book, on this machine alone."""

from contextlib import suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


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
