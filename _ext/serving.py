"""Serve a folder on this machine, compressed as hosts do: a program, `serving.py FOLDER [PORT]`."""

import asyncio
import sys
from contextlib import suppress

from tornado.web import Application, StaticFileHandler


async def main(folder, port="8000"):
    files = (r"/(.*)", StaticFileHandler, {"path": folder, "default_filename": "index.html"})
    try:
        Application([files], compress_response=True).listen(int(port), "127.0.0.1")
    except OSError as error:
        sys.exit(f"Port {port} cannot be served on: {error.strerror}.")
    print(f"Open http://127.0.0.1:{port} (Ctrl+C ends it)", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main(*sys.argv[1:]))
