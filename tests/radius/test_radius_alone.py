"""FreeRADIUS as its own user, with and without the box's processes: what the
installer's folders and masks are for."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import Box, Server, is_listening

from hotspot_lite.radius import config

APP, RADIUS, SHARED = 64001, 64002, 64003
pytestmark = [
    pytest.mark.skipif(os.getuid() != 0, reason="only root can become two users"),
    pytest.mark.skipif(
        shutil.which("freeradius") is None, reason="FREERADIUS IS NOT INSTALLED"
    ),
]

# The box's writer: one more customer, then it ends, as all Python processes do.
WRITER = """
import os, sqlite3, sys
os.umask(0o007)
db = sqlite3.connect(sys.argv[1], timeout=5)
db.execute("INSERT INTO customer (username, secret, made_at) VALUES (?, 'pass', 1)",
    (sys.argv[2],))
db.commit()
"""


def as_user(uid: int) -> list[str]:
    return [
        "setpriv", f"--reuid={uid}", f"--regid={SHARED}", "--clear-groups",
    ]  # fmt: skip


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Server]:
    """FreeRADIUS as its own user; nothing of ours runs, nobody has the file open."""
    box = Box(tmp_path)
    raddb = tmp_path / "raddb"
    config.write(raddb, box.settings)
    ident, name = box.customer()
    box.sell(ident)
    box.name = name  # type: ignore[attr-defined]
    for path in [tmp_path, *tmp_path.rglob("*")]:
        os.chown(path, RADIUS if raddb in [path, *path.parents] else APP, SHARED)
    for above in tmp_path.parents[:3]:
        if str(above).startswith("/tmp/"):
            above.chmod(above.stat().st_mode | 0o011)
    tmp_path.chmod(0o2770)
    box.settings.data_dir.chmod(0o2770)
    box.settings.run_dir.chmod(0o2770)
    box.settings.database_file.chmod(0o660)
    yield from served(box)


def served(box: Box) -> Iterator[Server]:
    server = Server("freeradius", box, run(box), box.folder / "output")
    try:
        server.wait(lambda: is_listening(server))
        yield server
    finally:
        server.stop()


def run(box: Box) -> subprocess.Popen[bytes]:
    told = [*as_user(RADIUS), "freeradius", "-f", "-d", str(box.folder / "raddb")]
    with (box.folder / "output").open("wb") as out:
        return subprocess.Popen(told, stdout=out, stderr=out, umask=0o007)


def write(box: Box, name: str) -> None:
    told = [*as_user(APP), sys.executable, "-c", WRITER]
    told += [str(box.settings.database_file), name]
    # The interpreter may lie where only root may look.
    told[told.index(sys.executable)] = shutil.which("python3", path="/usr/bin") or ""
    done = subprocess.run(told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_answers_with_every_python_process_stopped(alone: Any) -> None:
    answer = alone.login(alone.box.name)
    assert answer.kind == "accept"
    assert answer.attributes["Session-Timeout"] > 0
    assert alone.account(Acct_Status_Type="Start", User_Name=alone.box.name)
    assert alone.status().kind == "accept"


def test_whichever_comes_first_the_other_can_write_and_read(alone: Any) -> None:
    box = alone.box
    assert alone.login(box.name).kind == "accept"
    made = {p.name: p.stat() for p in box.settings.data_dir.glob("hotspot.db-*")}
    assert {s.st_uid for s in made.values()} == {RADIUS}
    assert {s.st_gid for s in made.values()} == {SHARED}
    assert {s.st_mode & 0o777 for s in made.values()} == {0o660}
    write(box, "second")
    assert alone.login("second").message == "Your package has expired"
    alone.process.send_signal(signal.SIGKILL)
    alone.process.wait(5)
    write(box, "third")
    alone.process = run(box)
    alone.wait(lambda: is_listening(alone))
    assert alone.login("third").message == "Your package has expired"


def test_what_it_spools_the_box_may_take(alone: Any) -> None:
    assert alone.account(Acct_Status_Type="Start", User_Name=alone.box.name)
    file = alone.box.spool / "acct.tsv"
    told = [*as_user(APP), "sh", "-c", f"mv {file} {file}.1 && rm {file}.1"]
    assert subprocess.run(told, check=False).returncode == 0
    assert alone.account(Acct_Status_Type="Stop", User_Name=alone.box.name)
    assert file.exists()
