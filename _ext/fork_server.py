"""Start kernels that have the common imports behind them: a program, run by `forking.py`.

It imports once what most chapters import. Each line of its input asks for a kernel, in JSON; it
forks one and answers with its process id. It ends, and its kernels with it, when its input does.
"""

import gc
import json
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module

COMMON = (
    "IPython.core.completer",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "matplotlib.pyplot",
    "myst_nb",
    "anywidget",
    "sympy",
    "backprop.exercises",
    "backprop.explorers",
)


def main():
    for module in COMMON:
        with suppress(Exception):  # the chapter that needs it will say what is wrong
            import_module(module)
    gc.freeze()  # collecting would copy the pages of memory that kernels share
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for kernels that have ended
    for line in sys.stdin:
        child = os.fork()
        if not child:
            return become_kernel(json.loads(line))
        print(child, flush=True)


def become_kernel(request):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    kernel = sys.modules["ipykernel.kernelapp"].IPKernelApp
    parent = f"--IPKernelApp.parent_handle={os.getppid()}"
    kernel.launch_instance(argv=[*request["arguments"], parent])


if __name__ == "__main__":
    main()
