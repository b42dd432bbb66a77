"""The router's charts, a piece of the first screen that is fetched anew."""

from __future__ import annotations

from bottle import Bottle, HTTPResponse

from hotspot_lite import samples
from hotspot_lite.trade.house import figures
from hotspot_lite.trade.house.figures import Figure
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web.admin.charts import Chart, chart
from hotspot_lite.web.admin.desk import Desk
from hotspot_lite.web.admin.login import EVERYBODY, admits

DAY_SECONDS = 86_400
MEGABIT = 1_000_000
# Fewer would be a dot.
FEWEST = 2


class RouterFigures(Desk):
    """The charts of the router, of the last hours or of the last day."""

    def add_to(self, app: Bottle) -> None:
        """Put its page on `app`, behind the door."""
        app.route("/admin/figures", "GET", self.door.guarded(self.figures))

    @admits(*EVERYBODY)
    def figures(self, person: Person) -> HTTPResponse:
        """GET /admin/figures: traffic, load and who is online, as charts."""
        self.box.mark_watched()
        hours = self._hours()
        day = figures.kept(self.now() - DAY_SECONDS)
        spans = [("The last hours", hours), ("The last day", day)]
        return self.page(
            "figures",
            person,
            spans=[(name, charts(f)) for name, f in spans if len(f) >= FEWEST],
            newest=hours[-1] if hours else None,
            has_router=bool(self.box.settings["router.host"]),
        )

    def _hours(self) -> list[Figure]:
        told = samples.newest(self.box.settings.run_dir, "figures") or {"minutes": []}
        return [Figure(**minute) for minute in told["minutes"]]


def charts(found: list[Figure]) -> list[Chart]:
    """Traffic, load, and devices."""
    return [
        chart(
            "Traffic",
            found,
            (("down", lambda f: f.down_bits), ("up", lambda f: f.up_bits)),
            lambda bits: f"{bits / MEGABIT:.1f} Mbit/s",
            MEGABIT,
        ),
        chart(
            "Load",
            found,
            (("CPU", lambda f: f.cpu_percent), ("memory", lambda f: f.memory_percent)),
            lambda percent: f"{percent:.0f} %",
            100,
        ),
        chart(
            "Devices",
            found,
            (("seen", lambda f: f.hosts), ("online", lambda f: f.online)),
            lambda count: f"{count:.0f}",
            5,
        ),
    ]
