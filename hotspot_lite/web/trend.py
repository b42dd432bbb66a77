"""How it goes, as charts on the first screen: takings and people online."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bottle import Bottle, HTTPResponse

from hotspot_lite.trade.office import trend
from hotspot_lite.trade.office.trend import STRETCHES, Piece, Stretch
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.charts import HEIGHT, WIDTH
from hotspot_lite.web.desk import Desk
from hotspot_lite.web.login import EVERYBODY, admits

# Of a piece's width, the bar and the rest of it.
BAR = 0.8


@dataclass(frozen=True)
class Bar:
    """One bar as SVG takes it; `says` is it in words."""

    x: float
    y: float
    width: float
    height: float
    says: str


@dataclass(frozen=True)
class Bars:
    """A chart of bars: what the highest is, and what it is in words."""

    title: str
    top: str
    says: str
    bars: Sequence[Bar]


class Trend(Desk):
    """A piece of the first screen that is fetched anew."""

    def add_to(self, app: Bottle) -> None:
        """Put it on `app`, behind the door."""
        app.route("/admin/trend", "GET", self.door.guarded(self.shown))

    @admits(*EVERYBODY)
    def shown(self, person: Person) -> HTTPResponse:
        """GET /admin/trend?span=24h|7d|30d: the charts alone."""
        return self.page("trend_page", person, **self.values())

    def values(self) -> dict[str, Any]:
        """What the piece shows, for the first screen too."""
        stretch = STRETCHES.get(pages.query("span"), STRETCHES["24h"])
        found = trend.pieces(stretch, self.now(), self.zone())
        return {
            "stretch": stretch,
            "stretches": list(STRETCHES.values()),
            "charts": [self._takings(stretch, found), self._online(stretch, found)],
            "against": self._against(),
        }

    def _against(self) -> str:
        """Today against the same weekday, in a sentence; "" where that had nothing."""
        found = trend.against(self.now(), self.zone())
        if not found.whole_cents:
            return ""
        day = datetime.fromtimestamp(self.now(), UTC).astimezone(ZoneInfo(self.zone()))
        then, whole = self.price(found.by_then_cents), self.price(found.whole_cents)
        return f"Last {day:%A} by this time {then}, all day {whole}."

    def _takings(self, stretch: Stretch, found: list[Piece]) -> Bars:
        values = [piece.takings_cents for piece in found]
        words = [self.price(value) for value in values]
        says = f"{self.price(sum(values))} in {stretch.title}"
        return self._bars("Takings", stretch, found, values, words, says)

    def _online(self, stretch: Stretch, found: list[Piece]) -> Bars:
        values = [piece.online for piece in found]
        says = f"at most {max(values)} at once"
        return self._bars(
            "People online", stretch, found, values, [str(v) for v in values], says
        )

    def _bars(
        self,
        title: str,
        stretch: Stretch,
        found: list[Piece],
        values: list[int],
        words: list[str],
        says: str,
    ) -> Bars:
        top = max([1, *values])
        step = WIDTH / len(found)
        bars = []
        for number, (piece, value, word) in enumerate(
            zip(found, values, words, strict=True)
        ):
            # Money given back may be more than was taken in an hour.
            height = max(0, value) / top * HEIGHT
            told = f"{self._name(piece.at, stretch)}: {word}"
            bars.append(Bar(number * step, HEIGHT - height, step * BAR, height, told))
        return Bars(title, words[values.index(max(values))], says, bars)

    def _name(self, at: int, stretch: Stretch) -> str:
        here = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(self.zone()))
        return here.strftime("%a %d.%m." if stretch.is_days else "%H:%M")
