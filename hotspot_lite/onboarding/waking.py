"""The router's only script of ours: it wakes the users kept on it when the box is dead.

It asks the box whether it admits people, twice a minute, from the router's own start:
no date is parsed (their form changed in 7.10). After three misses in a row our users
are enabled, at the first answer they are disabled again; the flash is written only
then. On one line: what a router makes of the ends of lines isn't known.
"""

from __future__ import annotations

from hotspot_lite.onboarding.site import MARK, Site

NAME = f"{MARK}-wake"
MENU = "/system/scheduler"
MISSES = 3
# fetch is said to want ftp and test; a narrower set fails without a word.
POLICY = "ftp,read,write,policy,test"
_OURS = f'comment~"^{MARK}:[0-9]"'


def words(site: Site) -> dict[str, str]:
    """The scheduler's row as it is to be."""
    return {
        "name": NAME,
        "start-time": "startup",
        "interval": "30s",
        "on-event": script(site),
        "policy": POLICY,
        "disabled": "no",
        "comment": MARK,
    }


def script(site: Site) -> str:
    """What it runs."""
    url = f"{site.portal_url.rstrip('/')}/router/alive"
    mode = url.partition(":")[0]
    return (
        ":global hslMissed;"
        ' :if ([:typeof $hslMissed] != "num") do={ :set hslMissed 0 };'
        " :local up false;"
        f' :do {{ /tool fetch url="{url}" mode={mode} output=none; :set up true }}'
        " on-error={};"
        " :if ($up) do={ :set hslMissed 0;"
        f" /ip hotspot user disable [find where {_OURS} && disabled=no] }}"
        " else={ :set hslMissed ($hslMissed + 1);"
        f" :if ($hslMissed >= {MISSES}) do={{"
        f" /ip hotspot user enable [find where {_OURS} && disabled=yes] }} }}"
    )
