"""Orca, the screen reader, on a screen and a bus of its own; what it says is read, not spoken."""

import os
import re
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from playwright.sync_api import Page

PROGRAMS = ("orca", "Xvfb", "dbus-daemon", "chromium")
BUS = Path("/usr/libexec/at-spi-bus-launcher")
PACKAGES = "orca xvfb dbus-daemon at-spi2-core chromium"
PATIENCE = 30  # seconds
SPOKEN = re.compile(
    r"SPEECH OUTPUT: '(.*?)'(?: voice=\w+)?(?:\{[^\n]*)?$", re.DOTALL | re.MULTILINE
)
# It needs no voice, and what it says shall be in its file at once. It need not be sure which window
# is in front: there is one.
CUSTOMIZATIONS = """
from orca import debug, settings
debug.debugFile.reconfigure(line_buffering=True)
settings.speechServerFactory = None
settings.speechFactoryModules = []
settings.presentLiveRegionFromInactiveTab = True
"""


def is_here() -> bool:
    return all(map(shutil.which, PROGRAMS)) and BUS.exists()


class Orca:
    """Runs within a ``with`` block; ``environment`` is that of a program which it shall read."""

    def __init__(self) -> None:
        self._running = ExitStack()
        self.environment: dict[str, str] = {}
        self._heard = 0

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._running.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._running.close()

    def _start(self) -> None:
        home = Path(self._running.enter_context(TemporaryDirectory(prefix="todo-chat-orca-")))
        places = ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
        own = {"GSETTINGS_BACKEND": "memory", "LC_ALL": "C.UTF-8"}
        self.environment = {**os.environ, **dict.fromkeys(places, str(home)), **own}
        self.environment["DISPLAY"] = ":" + self._first_line_of(
            "Xvfb", "-displayfd", "1", "-nolisten", "tcp"
        )
        bus = self._first_line_of("dbus-daemon", "--session", "--nofork", "--print-address=1")
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = bus
        self._let_it_be_alone(home / "bin")
        (home / "orca").mkdir()
        (home / "orca/orca-customizations.py").write_text(CUSTOMIZATIONS)
        self._file = home / "spoken"
        self._run("orca", "--debug-file", str(self._file))
        self.until("Screen reader on.")

    def _let_it_be_alone(self, folder: Path) -> None:
        """Orca does not start where it finds another one, which may read another screen."""
        folder.mkdir()
        (folder / "pgrep").write_text("#!/bin/sh\nexit 1\n")
        (folder / "pgrep").chmod(0o755)
        self.environment["PATH"] = f"{folder}:{os.environ['PATH']}"

    def _first_line_of(self, *command: str) -> str:
        process = self._run(*command)
        assert process.stdout
        return process.stdout.readline().decode().strip()

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        process = self._running.enter_context(
            subprocess.Popen(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
        self._running.callback(process.kill)  # to say goodbye takes Orca long
        return process

    def until(self, text: str, page: Page | None = None) -> list[str]:
        """What it has said since the last time, up to and with this text."""
        assert self.says(text, page), f"{text!r} is not in {self._new()}"
        said = self._new()[: self._new().index(text) + 1]
        self._heard += len(said)
        return said

    def says(self, text: str, page: Page | None = None, patience: float = PATIENCE) -> bool:
        give_up = time.monotonic() + patience
        while text not in self._new() and time.monotonic() < give_up:
            if page:
                page.wait_for_timeout(50)  # in which Playwright does what the page asks for
            else:
                time.sleep(0.05)
        return text in self._new()

    def _new(self) -> list[str]:
        return self._all()[self._heard :]

    def _all(self) -> list[str]:
        text = self._file.read_text(errors="replace") if self._file.exists() else ""
        return [" ".join(words.split()) for words in SPOKEN.findall(text)]
