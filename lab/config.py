"""How `make lab` runs JupyterLab: it starts among the chapters and reads them as the book does."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from lab.contents import Contents  # noqa: E402
from lab.names import table  # noqa: E402

c = get_config()  # noqa: F821
c.ServerApp.root_dir = str(ROOT)
c.ServerApp.contents_manager_class = Contents
c.ServerApp.tornado_settings = {"page_config_data": {"bookNames": table(ROOT)}}
c.LabServerApp.extra_labextensions_path = [str(ROOT / "lab/extensions")]
c.LabApp.default_url = "/lab/tree/chapters"
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
