"""/metrics is what Prometheus reads; Grafana's dashboard asks for what is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

from house import Site

from hotspot_lite.trade.money import payments

DASHBOARD = Path(__file__).parents[2] / "static" / "grafana.json"
LINE = re.compile(r'(hotspot_\w+)(\{(?:\w+="[^"\\]*",?)+\})? -?\d+')


def metrics(site: Site) -> list[str]:
    answer = site.browser().get("/metrics")
    assert answer.status == 200
    return answer.text.splitlines()


def test_every_line_is_one_of_prometheus(site: Site) -> None:
    payment = site.ask(site.plan())
    payments.mark_paid(payment, "callback", None, "SGR1ABCDEF", site.now())
    lines = metrics(site)
    typed: set[str] = set()
    for line in lines:
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert kind == "gauge" and name not in typed
            typed.add(name)
        else:
            found = LINE.fullmatch(line)
            assert found, line
            assert found[1] in typed
    assert "hotspot_takings_today_cents 2000" in lines
    assert 'hotspot_takings_today_by_provider_cents{provider="mpesa"} 2000' in lines
    assert 'hotspot_jobs{lane="payments",state="waiting"} 2' in lines


def test_the_dashboard_asks_for_what_is_there(site: Site) -> None:
    told = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    asked = set(re.findall(r"hotspot_\w+", json.dumps(told["panels"])))
    served = {line.split()[2] for line in metrics(site) if line.startswith("# TYPE")}
    assert len(asked) > 5 and asked <= served
