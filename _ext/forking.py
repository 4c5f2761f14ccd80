"""Kernels are forked from one process, where the platform can: their imports are paid once.

Where `BACKPROP_KERNELS` is `plain` in the environment, each one is started as Jupyter would.
"""

import json
import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from threading import Lock

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

POSSIBLE = hasattr(os, "fork") and sys.platform != "darwin"  # where its libraries forbid it
WANTED = os.environ.get("BACKPROP_KERNELS") != "plain"
LAUNCHER = ["-m", "ipykernel_launcher"]
_one_by_one = Lock()


@cache
def _server():
    """Start the program that forks; it ends with the build, as its input does."""
    environment = os.environ | {
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as ipykernel would set it
        "OPENBLAS_NUM_THREADS": "1",  # a process with threads is not safe to fork
    }
    return subprocess.Popen(
        [sys.executable, "-P", Path(__file__).with_name("fork_server.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )


class Forked:
    """A kernel's process, which is no child of this one, with what a `Popen` offers."""

    stdin = stdout = stderr = None

    def __init__(self, arguments, cwd, env):
        request = json.dumps({"arguments": arguments, "cwd": str(cwd), "env": env})
        with _one_by_one:
            server = _server()
            server.stdin.write(request + "\n")
            server.stdin.flush()
            self.pid = int(server.stdout.readline())

    def poll(self):
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self):
        while self.poll() is None:
            time.sleep(0.05)
        return 0

    def send_signal(self, number):
        os.kill(self.pid, number)


class _Provisioner(LocalProvisioner):
    async def launch_kernel(self, cmd, **kwargs):
        if cmd[1:3] != LAUNCHER:
            return await super().launch_kernel(cmd, **kwargs)
        self.cwd = kwargs.get("cwd") or Path.cwd()
        self.process = Forked(cmd[3:], self.cwd, kwargs.get("env", dict(os.environ)))
        self.pid = self.pgid = self.process.pid
        return self.connection_info


class ForkedKernelManager(AsyncKernelManager):
    """Manage a kernel of IPython that is forked; any other is started as usual."""

    async def _async_pre_start_kernel(self, **kwargs):
        if self.provisioner is None:
            spec = self.kernel_spec
            self.provisioner = _Provisioner(kernel_id="", kernel_spec=spec, parent=self)
        return await super()._async_pre_start_kernel(**kwargs)


KERNEL_MANAGER = ForkedKernelManager if POSSIBLE and WANTED else AsyncKernelManager
