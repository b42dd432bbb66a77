"""Another machine, for copies: OpenSSH's own server, as an ordinary user on its port.

Between it and the box lies a road (a TCP proxy), which can be slow, cut or held up
after so many bytes.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
NOBODY = "nobody"
# Signing in takes less; only what comes after it is slow on a slow line.
FAST_BYTES = 60_000
CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {home}/host_key
AuthorizedKeysFile {home}/authorized_keys
PidFile none
StrictModes no
UsePAM yes
PrintMotd no
# The plainest, which takes half of the time.
KexAlgorithms curve25519-sha256
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
"""


class FarHost:
    """One server; `folder` is where copies go, `url` what the setting says.

    `net_of`: a process in whose network it listens, past the road.
    """

    def __init__(self, net_of: int | None = None) -> None:
        assert SSHD is not None
        self._into = [] if net_of is None else ["nsenter", "-t", str(net_of), "-n"]
        # pytest's own folders are closed to the user that it runs as.
        self.home = Path(tempfile.mkdtemp(prefix="far-"))
        self.home.chmod(0o755)
        self.user = NOBODY if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())[0]
        self.folder = self.home / "copies"
        self.folder.mkdir()
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.new_host_key()
        self.road = Road(self.port)

    @property
    def url(self) -> str:
        """The address of its folder, by the road."""
        port = self.port if self._into else self.road.port
        return f"sftp://{self.user}@127.0.0.1:{port}{self.folder}"

    @property
    def names(self) -> list[str]:
        """The files in its folder."""
        return sorted(path.name for path in self.folder.iterdir())

    def new_host_key(self) -> None:
        """Set it up anew: it has another key from now on."""
        self.stop()
        key = self.home / "host_key"
        for file in (key, key.with_suffix(".pub")):
            file.unlink(missing_ok=True)
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
        self.start()

    def admit(self, public_line: str) -> None:
        """Let in who has this key."""
        file = self.home / "authorized_keys"
        file.write_text(public_line + "\n")
        file.chmod(0o644)

    def start(self, most_bytes: int | None = None) -> None:
        """Begin to listen; no file may grow over `most_bytes`, as on a full disk."""
        config = self.home / "sshd_config"
        config.write_text(CONFIG.format(port=self.port, home=self.home))
        as_user: dict[str, object] = {}
        if os.geteuid() == 0:
            who = pwd.getpwnam(self.user)
            for path in (self.home, *self.home.iterdir()):
                os.chown(path, who.pw_uid, who.pw_gid)
            as_user = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
        into = self._into
        if into:  # only root may
            as_user = {}
            ids = (f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}")
            into = [*into, "setpriv", *ids, "--clear-groups"]

        limit = [] if most_bytes is None else ["prlimit", f"--fsize={most_bytes}"]
        assert SSHD is not None
        self.process = subprocess.Popen(  # type: ignore[call-overload]
            [*into, *limit, SSHD, "-D", "-q", "-f", str(config)],
            # Python ignores SIGXFSZ, and so does the server then: it is told EFBIG.
            restore_signals=False,
            start_new_session=True,
            **as_user,
        )
        if not into:
            _until(lambda: _answers(self.port))

    def stop(self) -> None:
        """Be off."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def close(self) -> None:
        """Take it away with all that it has."""
        self.stop()
        self.road.close()
        shutil.rmtree(self.home, ignore_errors=True)


class Road:
    """A TCP proxy to the server; what the box sends can be cut off or held up."""

    def __init__(self, to_port: int) -> None:
        self._to = to_port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.cut_after: int | None = None
        self.hold_after: int | None = None
        self.pause_seconds = 0.0  # after each piece past the first: a slow line
        self.held = threading.Event()
        self.sent_bytes = 0
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def mend(self) -> None:
        """Let everything pass again, and count from nothing."""
        self.cut_after = self.hold_after = None
        self.pause_seconds = 0.0
        self.sent_bytes = 0
        self.held.clear()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self._to))
                except OSError:
                    near.close()
                    continue
                self._open += [near, far]
                for one, other in ((near, far), (far, near)):
                    words = (one, other, one is near)
                    threading.Thread(
                        target=self._carry, args=words, daemon=True
                    ).start()

    def _carry(self, one: socket.socket, other: socket.socket, is_out: bool) -> None:
        came = 0
        with suppress(OSError):
            while raw := one.recv(16_384):
                other.sendall(raw)
                came += len(raw)
                if is_out:
                    time.sleep(self.pause_seconds if came > FAST_BYTES else 0)
                    self.sent_bytes += len(raw)
                    self._is_far_enough()
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _is_far_enough(self) -> None:
        if self.cut_after is not None and self.sent_bytes > self.cut_after:
            raise OSError("cut")
        if self.hold_after is not None and self.sent_bytes > self.hold_after:
            self.held.set()
            while self.hold_after is not None:
                time.sleep(0.02)

    def close(self) -> None:
        """Let nobody pass any more."""
        self.hold_after = None
        for one in (self._server, *self._open):
            with suppress(OSError):  # who waits in accept() holds it open else
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as line:
        return line.recv(4) == b"SSH-"
    return False


def _until(is_so: Callable[[], bool], seconds: float = 10.0) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "the server did not start"
        time.sleep(0.02)
