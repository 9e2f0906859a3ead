"""The next version of Todo Chat: this code, and a column and a stylesheet that differ."""

import shutil
from pathlib import Path

from tests.cluster.cluster import Cluster
from tests.servers import ROOT

LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "var", ".*_cache", "__pycache__", "tests")
MODEL = "todos/models/task.py"
STYLE = "chat/static/chat/style.css"
COLUMN = '    effort = models.CharField(max_length=20, null=True, default="small")  # noqa: DJ001\n'


def next_version(cluster: Cluster, folder: Path) -> Path:
    """Where its code is. Its migration is made, as a developer would, and not applied."""
    root = folder / "next"
    shutil.copytree(ROOT, root, ignore=LEFT_OUT)
    model, style = root / MODEL, root / STYLE
    before, after = model.read_text().split("    objects", 1)
    model.write_text(f"{before}{COLUMN}\n    objects{after}")
    style.write_text(f"{style.read_text()}\n.effort {{ color: inherit; }}\n")
    cluster.manage("makemigrations", "todos", "--name", "effort", "--verbosity", "0", root=root)
    return root
