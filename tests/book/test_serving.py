"""`make serve` serves the book on this machine, as a host would."""

import gzip
import socket
import subprocess
import sys
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from server import free_port

urlopen = build_opener(ProxyHandler({})).open  # a proxy is for other machines


@pytest.fixture(scope="module")
def program(root):
    return [sys.executable, root / "_ext/serving.py"]


@pytest.fixture(scope="module")
def address(program, html):
    """Serve the book on a free port, and return the address, with a slash at the end."""
    port = free_port()
    with subprocess.Popen([*program, html, str(port)], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert f"http://127.0.0.1:{port} " in server.stdout.readline()
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()


def test_a_page_is_served_compressed(address, html):
    with urlopen(Request(address, headers={"Accept-Encoding": "gzip"})) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(answer.read()) == (html / "index.html").read_bytes()


def test_what_is_not_in_the_book_is_not_served(address):
    with pytest.raises(HTTPError, match="40[34]"):
        urlopen(address + "..%2F..%2FREADME.md")


def test_a_port_that_is_taken_is_named(program, html):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = subprocess.run([*program, html, port], capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.startswith(f"Port {port} cannot be served on: Address already in use")
