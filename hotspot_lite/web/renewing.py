"""Changed settings that no process has taken up yet, and the button for it."""

from __future__ import annotations

import threading

from hotspot_lite import renewal, store
from hotspot_lite.errors import BadInput
from hotspot_lite.renewal import Running
from hotspot_lite.settings import DECLARED
from hotspot_lite.trade.house import audit
from hotspot_lite.web.admin.desk import Desk

RENEW = "/admin/settings/renew"
# This process ends too: its answer leaves first.
ANSWER_SECONDS = 1.0


class Renewing(Desk):
    """A page that shows what waits for a start, by the template `waiting.tpl`."""

    def waiting(self) -> dict[str, list[str]]:
        """Each changed setting that is not in use, and which processes lack it."""
        fresh = self.fresh()
        found = renewal.waits(renewal.running(fresh, self.box.key))
        for one in DECLARED:
            if fresh[one.name] != self.box.settings[one.name]:
                found.setdefault(one.name, ["web"])
        return found

    def start_anew(self, who: str) -> list[Running]:
        """End each process that lacks a setting, soon; which ones.

        Raises BadInput where they would not come up, or nobody would start them.
        """
        fresh = self.box.fresh()
        found = renewal.running(fresh, self.box.key)
        late = [one for one in found if one.waits_for]
        if found and not late:
            return []
        asked = [one for one in late if one.is_watched]
        if not asked:
            raise BadInput(
                "Nobody starts the processes again here, so they were left alone.",
                "Stop and start it by hand: hotspot-lite serve",
            )
        with store.atomic():
            audit.note(who, "box start anew", "", self.now())
        threading.Timer(ANSWER_SECONDS, renewal.end, [asked]).start()
        return asked
