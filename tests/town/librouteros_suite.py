"""Runs librouteros's own integration suite against the pretend router.

    python tests/town/librouteros_suite.py CHECKOUT [pytest arguments]

CHECKOUT is a checkout of luqasz/librouteros. Its suite boots RouterOS 6.33.3 and
7.18.2 in QEMU; here only that fixture, `routeros_vm`, is replaced, in a copy. Needs
pytest-asyncio and stamina beside pytest, which the suite itself asks for; they may
live in an environment of their own, with librouteros and pyrad. 32 of 32 must pass.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

FIXTURE = '''

from hotspot_lite.town.routeros import PretendRouter  # noqa: E402


@pytest.fixture(params=ROUTEROS_VMS.keys())
def routeros_vm(request):
    """The pretend router instead of the virtual machine; nothing else differs."""
    vm = ROUTEROS_VMS[request.param]
    users = {vm["username"]: vm["password"]}
    router = PretendRouter(version=request.param, api_users=users).start()
    request.addfinalizer(router.stop)

    def params(ltype):
        return {
            "host": "127.0.0.1",
            "port": router.api_port,
            "login_method": vm[ltype],
            "timeout": 10,
            "username": vm["username"],
            "password": vm["password"],
        }

    return params
'''


def run_suite(checkout: Path, arguments: list[str]) -> int:
    """Run the suite's copy with the other fixture; gives pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        suite = Path(folder, "tests", "integration")
        shutil.copytree(checkout / "tests" / "integration", suite)
        with (suite / "conftest.py").open("a", encoding="utf-8") as conftest:
            conftest.write(FIXTURE)
        settings = Path(folder, "pytest.ini")
        settings.write_text("[pytest]\nasyncio_mode = auto\n", encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-c", str(settings), str(suite)]
        environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
        return subprocess.call([*command, *arguments], env=environment, cwd=folder)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(run_suite(Path(sys.argv[1]).resolve(), sys.argv[2:]))
