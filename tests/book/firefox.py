"""A Firefox for the tests, driven by what it speaks itself: Marionette, JSON over a socket."""

import json
import shutil
import socket
import subprocess
import time
from pathlib import Path

NAMES = ("firefox-esr", "firefox")
PREFERENCES = {
    "marionette.port": 0,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.proxy.type": 1,  # the network is unplugged
    "network.proxy.socks": "127.0.0.1",
    "network.proxy.socks_port": 9,
    "network.proxy.socks_remote_dns": True,
    "network.proxy.no_proxies_on": "127.0.0.1",
}
ARGUMENTS = ("--headless", "--marionette", "--remote-allow-system-access", "--no-remote")


def installed():
    """Return the path of a Firefox that is on the machine, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Firefox:
    """A Firefox without a window; `folder` takes its profile."""

    def __init__(self, path: str, folder: Path) -> None:
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
        (folder / "user.js").write_text("\n".join(lines), encoding="utf-8")
        self._process = subprocess.Popen(
            [path, *ARGUMENTS, "--profile", folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._socket = socket.create_connection(("127.0.0.1", self._port(folder)), timeout=60)
        self._stream = self._socket.makefile("rb")
        self._read()  # a greeting
        self._number = 0
        self.ask("WebDriver:NewSession", capabilities={})

    def _port(self, folder: Path) -> int:
        file, end = folder / "MarionetteActivePort", time.monotonic() + 60
        while time.monotonic() < end and self._process.poll() is None:
            if file.exists() and (text := file.read_text()):
                return int(text)
            time.sleep(0.1)
        raise TimeoutError("Firefox did not start")

    def _read(self):
        size = b""
        while (byte := self._stream.read(1)) != b":":
            size += byte
        return json.loads(self._stream.read(int(size)))

    def ask(self, command, **parameters):
        """Give a command, and return its result."""
        self._number += 1
        text = json.dumps([0, self._number, command, parameters]).encode()
        self._socket.sendall(str(len(text)).encode() + b":" + text)
        _, _, error, result = self._read()
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return result

    def open(self, address: str) -> None:
        """Open a page, and wait until it has loaded."""
        self.ask("WebDriver:Navigate", url=address)

    def run(self, body: str):
        """Run the body of an asynchronous function in the page, and return what it returns."""
        done = "arguments[0], (error) => arguments[0]({ failed: String(error) })"
        script = f"(async () => {{{body}}})().then({done})"
        return self.ask("WebDriver:ExecuteAsyncScript", script=script, args=[])["value"]

    def errors(self) -> list[str]:
        """Return what pages of 127.0.0.1 have written to the console as errors."""
        self.ask("Marionette:SetContext", value="chrome")
        found = self.run(
            """return Services.console.getMessageArray()
                .filter((message) => message instanceof Ci.nsIScriptError
                    && message.sourceName.includes("127.0.0.1")
                    && !(message.flags & Ci.nsIScriptError.warningFlag))
                .map((message) => `${message.errorMessage} (${message.sourceName})`)"""
        )
        self.ask("Marionette:SetContext", value="content")
        return found

    def close(self) -> None:
        """End the program."""
        self._stream.close()
        self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
