"""The box's web pages: here what all share, and a room for each who comes.

portal: customers; inbound: providers; admin: the staff; v1: other programs. `templates`
and `words` are what people read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hotspot_lite.box import Box
from hotspot_lite.web.rails import Rails

if TYPE_CHECKING:
    from bottle import Bottle


def make_app(box: Box, rails: Rails) -> Bottle:
    """The WSGI application of an opened box.

    `rails` are the ways to pay by name; passed in because they are wires.
    """
    # Imported here: the live process shares `web.board` and needs no Bottle.
    from bottle import Bottle

    from hotspot_lite.web import pages
    from hotspot_lite.web.admin.agent_page import AgentPage
    from hotspot_lite.web.admin.agents import Agents
    from hotspot_lite.web.admin.audit_log import AuditLog
    from hotspot_lite.web.admin.backups import Backups
    from hotspot_lite.web.admin.books import Books
    from hotspot_lite.web.admin.counter import Counter
    from hotspot_lite.web.admin.credit import Credit
    from hotspot_lite.web.admin.crew import Crew
    from hotspot_lite.web.admin.customers import Customers
    from hotspot_lite.web.admin.discounts import Discounts
    from hotspot_lite.web.admin.errands import Errands
    from hotspot_lite.web.admin.exceptions import Exceptions
    from hotspot_lite.web.admin.home import Admin
    from hotspot_lite.web.admin.imports import Imports
    from hotspot_lite.web.admin.letters import Letters
    from hotspot_lite.web.admin.login import Door
    from hotspot_lite.web.admin.look import LookPages
    from hotspot_lite.web.admin.messages import Messages
    from hotspot_lite.web.admin.money_audit import MoneyAudits
    from hotspot_lite.web.admin.online import Sessions
    from hotspot_lite.web.admin.outages import Outages
    from hotspot_lite.web.admin.payments import Payments
    from hotspot_lite.web.admin.plans import Plans
    from hotspot_lite.web.admin.programs import Programs
    from hotspot_lite.web.admin.queue import Queue
    from hotspot_lite.web.admin.queue_change import QueueChanges
    from hotspot_lite.web.admin.reports import Reports
    from hotspot_lite.web.admin.router_figures import RouterFigures
    from hotspot_lite.web.admin.settings_page import SettingsPage
    from hotspot_lite.web.admin.start import Start
    from hotspot_lite.web.admin.story import Story
    from hotspot_lite.web.admin.trend import Trend
    from hotspot_lite.web.admin.usage import Usage
    from hotspot_lite.web.admin.vouchers import Vouchers
    from hotspot_lite.web.api import Api
    from hotspot_lite.web.inbound.callbacks import Callbacks
    from hotspot_lite.web.inbound.delivery_reports import DeliveryReports
    from hotspot_lite.web.inbound.paybill import Paybill
    from hotspot_lite.web.inbound.results import Results
    from hotspot_lite.web.mishaps import Mishaps
    from hotspot_lite.web.portal.captive import Captive
    from hotspot_lite.web.portal.claim import Claims
    from hotspot_lite.web.portal.front import Portal
    from hotspot_lite.web.portal.mytime import MyTime
    from hotspot_lite.web.portal.purchase import Purchase
    from hotspot_lite.web.portal.returning import Returning
    from hotspot_lite.web.portal.stop import Stop
    from hotspot_lite.web.router_pages import RouterPages
    from hotspot_lite.web.v1 import V1

    app = Bottle()
    app.add_hook("before_request", pages.refuse_large_forms)
    app.install(pages.guard)
    door = Door(box)
    queue = Queue(box, door)
    rooms: tuple[Any, ...] = (
        Portal(box, rails),
        Purchase(box, rails),
        MyTime(box),
        Callbacks(box, rails),
        Claims(box),
        Returning(box),
        Captive(box),
        Paybill(box),
        DeliveryReports(box),
        Results(box),
        door,
        Admin(box, door),
        Start(box, door),
        Trend(box, door),
        Plans(box, door),
        Discounts(box, door),
        Credit(box, door),
        LookPages(box, door),
        Vouchers(box, door),
        Payments(box, door),
        Story(box, door),
        Exceptions(box, door),
        Counter(box, door),
        AgentPage(box, door),
        Agents(box, door),
        MoneyAudits(box, door),
        Backups(box, door),
        Crew(box, door),
        Customers(box, door),
        AuditLog(box, door),
        SettingsPage(box, door),
        Imports(box, door),
        Books(box, door),
        Messages(box, door),
        Letters(box, door),
        Outages(box, door),
        Errands(box, door),
        Stop(box),
        Reports(box, door),
        Sessions(box, door),
        RouterFigures(box, door),
        Usage(box, door),
        queue,
        QueueChanges(queue, door),
        Api(box, door),
        Programs(box, door),
        V1(box),
        RouterPages(box),
        Mishaps(box),
    )
    for room in rooms:
        room.add_to(app)
    app.route("/static/<name>", "GET", pages.serve_static)
    return app
