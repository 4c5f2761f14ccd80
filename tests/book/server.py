"""A server for pages of the book, on this machine alone."""

from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """Serves files side by side: of a queue of 5, the usual one, a sixth may wait for long."""

    request_queue_size = 128


class Handler(SimpleHTTPRequestHandler):
    """Answers, and says nothing of it."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""
