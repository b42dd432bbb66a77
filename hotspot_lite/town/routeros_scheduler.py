"""The router's scheduler, for the one script that the box puts there.

RouterOS's language isn't spoken here: the script is known by what it says, and its
fetch, its count of misses and its two commands are done as a router would.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request

from hotspot_lite.town import routeros_values as v
from hotspot_lite.town.routeros_menus import SAME_NAME, Spec, takes
from hotspot_lite.town.routeros_table import Tables

SCHEDULER = Spec(
    "/system/scheduler",
    takes(
        "comment name on-event policy start-date start-time",
        disabled=v.flag,
        interval=v.span,
    ),
    begins={"interval": "0s", "run-count": "0", "on-event": "", "disabled": "false"},
    required=("name",),
    unique=("name",),
    duplicate=SAME_NAME.format("scheduler"),
)
FETCH_SECONDS = 5
_FETCH = re.compile(r'/tool fetch url="([^"]+)"')
_MOST = re.compile(r"\$hslMissed >= (\d+)")
_USERS = re.compile(
    r'/ip hotspot user (enable|disable) \[find where comment~"([^"]+)"'
    r" && disabled=(yes|no)\]"
)


class Scheduler:
    """Runs the rows of /system/scheduler that it understands, when told to."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._missed = 0

    def run(self) -> None:
        """One run of each enabled row."""
        for row in list(self._tables["/system/scheduler"].rows):
            if row["disabled"] == "false":
                row["run-count"] = str(int(row.get("run-count", "0")) + 1)
                self._obey(row["on-event"])

    def _obey(self, script: str) -> None:
        fetch, most = _FETCH.search(script), _MOST.search(script)
        if fetch is None or most is None:
            return
        self._missed = 0 if _answers(fetch[1]) else self._missed + 1
        for verb, pattern, was_disabled in _USERS.findall(script):
            is_due = self._missed == 0 or self._missed >= int(most[1])
            if is_due and (verb == "disable") == (self._missed == 0):
                self._switch(verb, pattern, was_disabled)

    def _switch(self, verb: str, pattern: str, was_disabled: str) -> None:
        before = {"yes": "true", "no": "false"}[was_disabled]
        for row in self._tables["/ip/hotspot/user"].rows:
            is_meant = re.search(pattern, row.get("comment", ""))
            if is_meant and row["disabled"] == before:
                row["disabled"] = "true" if verb == "disable" else "false"


def _answers(url: str) -> bool:
    """As fetch: anything but a good answer is an error."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=FETCH_SECONDS) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
