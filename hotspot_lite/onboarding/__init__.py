"""What a router needs to serve this box: what is, held against what should be.

Pure: no socket, no table, no clock. `fitting` reads the router and does the steps;
pages and the command line show them.
"""

from hotspot_lite.onboarding.plan import Plan, make
from hotspot_lite.onboarding.remarks import Remark
from hotspot_lite.onboarding.seen import MENUS, Seen
from hotspot_lite.onboarding.site import Site
from hotspot_lite.onboarding.steps import Step

__all__ = ["MENUS", "Plan", "Remark", "Seen", "Site", "Step", "make"]
