"""The box's web pages: the customers' portal, payment callbacks, the owner's admin."""

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
    from hotspot_lite.web.admin import Admin
    from hotspot_lite.web.agent_page import AgentPage
    from hotspot_lite.web.agents import Agents
    from hotspot_lite.web.api import Api
    from hotspot_lite.web.audit_log import AuditLog
    from hotspot_lite.web.backups import Backups
    from hotspot_lite.web.books import Books
    from hotspot_lite.web.callbacks import Callbacks
    from hotspot_lite.web.captive import Captive
    from hotspot_lite.web.claim import Claims
    from hotspot_lite.web.counter import Counter
    from hotspot_lite.web.credit import Credit
    from hotspot_lite.web.crew import Crew
    from hotspot_lite.web.customers import Customers
    from hotspot_lite.web.delivery_reports import DeliveryReports
    from hotspot_lite.web.discounts import Discounts
    from hotspot_lite.web.errands import Errands
    from hotspot_lite.web.exceptions import Exceptions
    from hotspot_lite.web.imports import Imports
    from hotspot_lite.web.letters import Letters
    from hotspot_lite.web.login import Door
    from hotspot_lite.web.look import LookPages
    from hotspot_lite.web.messages import Messages
    from hotspot_lite.web.mishaps import Mishaps
    from hotspot_lite.web.money_audit import MoneyAudits
    from hotspot_lite.web.mytime import MyTime
    from hotspot_lite.web.online import Sessions
    from hotspot_lite.web.outages import Outages
    from hotspot_lite.web.paybill import Paybill
    from hotspot_lite.web.payments import Payments
    from hotspot_lite.web.plans import Plans
    from hotspot_lite.web.portal import Portal
    from hotspot_lite.web.programs import Programs
    from hotspot_lite.web.purchase import Purchase
    from hotspot_lite.web.queue import Queue
    from hotspot_lite.web.queue_change import QueueChanges
    from hotspot_lite.web.reports import Reports
    from hotspot_lite.web.results import Results
    from hotspot_lite.web.returning import Returning
    from hotspot_lite.web.router_figures import RouterFigures
    from hotspot_lite.web.router_pages import RouterPages
    from hotspot_lite.web.settings_page import SettingsPage
    from hotspot_lite.web.start import Start
    from hotspot_lite.web.stop import Stop
    from hotspot_lite.web.story import Story
    from hotspot_lite.web.trend import Trend
    from hotspot_lite.web.usage import Usage
    from hotspot_lite.web.v1 import V1
    from hotspot_lite.web.vouchers import Vouchers

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
