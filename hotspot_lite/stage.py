"""A whole box in a folder of its own, living in the pretend town.

The demo, the crash tests and the benches play on it; each process is a real one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hotspot_lite import bell
from hotspot_lite.serve import MEMORY, ROLES
from hotspot_lite.town.whole import Town

STOP_SECONDS = 45


class Stage:
    """A box and its town. `start` its processes, then `stop` or leave the context."""

    def __init__(
        self,
        folder: Path,
        scale: float = 1.0,
        more: Mapping[str, str] | None = None,
        town: Town | None = None,
    ) -> None:
        self.folder = folder
        self.town = (town or Town(scale)).start()
        own = {
            "HOTSPOT_CONFIG": str(folder / "config.toml"),
            "HOTSPOT_BOX_DATA_DIR": str(folder / "data"),
            "HOTSPOT_BOX_RUN_DIR": str(folder / "run"),
            "HOTSPOT_RADIUS_SERVER": "freeradius" if has_freeradius() else "embedded",
        }
        kept = {k: v for k, v in os.environ.items() if not k.startswith("HOTSPOT_")}
        self.environment = kept | self.town.settings() | own | dict(more or {})
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    # -- commands ----------------------------------------------------------------

    def command(self, *words: str) -> Any:
        """Run `hotspot-lite words… --json` to its end; what it printed, as data."""
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "hotspot_lite", *words, "--json"],
            env=self.environment,
            capture_output=True,
            timeout=60,
        )
        if done.returncode:
            said = (done.stdout + done.stderr).decode()
            raise RuntimeError(f"{' '.join(words)} failed: {said}")
        return json.loads(done.stdout)

    def audit(self, statement: str) -> Any:
        """Run `payment audit` with a statement to take in; what it says, as data."""
        words = ("payment", "audit", "--statement", statement, "--take", "--json")
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "hotspot_lite", *words],
            env=self.environment,
            capture_output=True,
            timeout=120,
        )
        return json.loads(done.stdout)  # its exit status says whether all is well

    def prepare(self, plan: str = "1 Hour", price: str = "20") -> None:
        """Make the database and put one package on sale."""
        self.command("db", "migrate")
        terms = ("--duration", "1h", "--rate", "2M/4M")
        self.town.sms.reports.url = self.command("message", "reports")["url"]
        self.command("plan", "add", "--name", plan, "--price", price, *terms)

    # -- processes ---------------------------------------------------------------

    def start(self, *roles: str) -> None:
        """Start these processes (all, if none is named) and wait until they answer."""
        for role in roles or ROLES:
            self.processes[role] = self._spawn("serve", role, log=f"{role}.log")
        for role in roles or ROLES:
            self._wait_for(role)

    def serve(self) -> None:
        """Start the box as its owner does: one command, supervised."""
        self.processes["serve"] = self._spawn("serve", log="serve.log")
        for role in ROLES:
            self._wait_for(role, self.processes["serve"])

    def kill(self, role: str) -> None:
        """End a process as a power cut would: at once, wherever it is."""
        process = self.processes.pop(role)
        process.kill()
        process.wait()

    def log(self, role: str) -> str:
        """What a process has printed."""
        file = self.folder / f"{role}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def stop(self) -> None:
        """End everything in good order."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()
        self.town.stop()

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _spawn(self, *words: str, log: str) -> subprocess.Popen[bytes]:
        with (self.folder / log).open("ab") as file:
            return subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "hotspot_lite", *words],
                env=self.environment | MEMORY,  # as the units have it
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait_for(
        self, role: str, process: subprocess.Popen[bytes] | None = None
    ) -> None:
        process = process or self.processes[role]
        log = "serve" if process is self.processes.get("serve") else role

        def answers() -> bool:
            if process.poll() is not None:
                raise RuntimeError(f"{role} ended:\n{self.log(log)}")
            return self.is_up(role)

        if not until(answers, 30):
            raise RuntimeError(f"{role} doesn't answer:\n{self.log(log)}")

    def is_up(self, role: str) -> bool:
        """Whether a process answers."""
        if role == "web":
            return is_answering(f"{self.town.portal_url}/healthz")
        if role == "live":
            return is_answering(f"http://127.0.0.1:{self.town.ports.live}/healthz")
        if role == "worker":
            return bool(self.consumers())
        return self._radius_answers()

    def consumers(self) -> list[str]:
        """The names of the consumers that live, as their reservations have them."""
        bells = Path(self.environment["HOTSPOT_BOX_RUN_DIR"]) / "bells"
        found = [path.name for path in bells.glob("worker-*")]
        return [name for name in found if bell.is_heard(bells, name)]

    def _radius_answers(self) -> bool:
        from hotspot_lite.wires import radius

        town = self.town
        return radius.status(
            radius.Address("127.0.0.1", town.secret, auth_port=town.ports.auth)
        )


def has_freeradius() -> bool:
    """Whether Debian's FreeRADIUS is on this machine."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    return shutil.which("freeradius", path=path) is not None


def is_answering(url: str) -> bool:
    """Whether a web address answers, with whatever."""
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def until(holds: Callable[[], Any], seconds: float, every: float = 0.02) -> Any:
    """Wait until `holds()` is true, at most `seconds`; what it gave last."""
    ends = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() < ends:
        time.sleep(every)
    return found
