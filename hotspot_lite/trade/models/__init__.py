"""Every table of the trade, a module for each subject.

Times are seconds since 1970 in UTC, money is in cents, data in bytes. The rules of
each noun are in the module of its name; the tables themselves are made by
`store.migrations`, and a test holds the two together.
"""

from hotspot_lite.trade.models.access import (
    CreditOffer,
    Debt,
    FreeUse,
    MadeGood,
    Mirror,
    Session,
    Subscription,
    UsageDay,
)
from hotspot_lite.trade.models.agents import Agent, AgentEntry, AgentSale
from hotspot_lite.trade.models.base import Table
from hotspot_lite.trade.models.books import MoneyAudit, MoneyFact, Undecided
from hotspot_lite.trade.models.byhand import (
    AccountCode,
    CashSale,
    Claim,
    Shift,
    Transfer,
    TransferBody,
)
from hotspot_lite.trade.models.campaigns import Campaign, OptedOut
from hotspot_lite.trade.models.errands import Errand
from hotspot_lite.trade.models.goods import Discount, Plan, Voucher, VoucherBatch
from hotspot_lite.trade.models.house import (
    Audit,
    Condition,
    EarlyReport,
    Event,
    FarCopy,
    Login,
    Look,
    Message,
    RouterFigure,
    Staff,
    Stored,
)
from hotspot_lite.trade.models.imports import ImportRun, RefusedRow
from hotspot_lite.trade.models.letters import Letter, LetterKind
from hotspot_lite.trade.models.payments import Callback, Payment, ToldPaid
from hotspot_lite.trade.models.people import (
    Customer,
    CustomerNote,
    Device,
    DeviceBlock,
    Move,
    Pairing,
    PhoneCode,
)
from hotspot_lite.trade.models.programs import ApiToken, Webhook
from hotspot_lite.trade.models.reports import Export, MailedReport
from hotspot_lite.trade.models.returns import Inquiry, InquiryBody, Refund
from hotspot_lite.trade.models.sync import SyncCall, SyncItem

TABLES = tuple(Table.__subclasses__())

__all__ = [
    "AccountCode",
    "Agent",
    "AgentEntry",
    "AgentSale",
    "ApiToken",
    "Audit",
    "Callback",
    "Campaign",
    "CashSale",
    "Claim",
    "Condition",
    "Customer",
    "CustomerNote",
    "Device",
    "DeviceBlock",
    "EarlyReport",
    "Errand",
    "Event",
    "Export",
    "FarCopy",
    "CreditOffer",
    "Debt",
    "FreeUse",
    "ImportRun",
    "Inquiry",
    "InquiryBody",
    "Letter",
    "LetterKind",
    "Login",
    "Look",
    "MadeGood",
    "MailedReport",
    "Message",
    "Mirror",
    "MoneyAudit",
    "MoneyFact",
    "Move",
    "OptedOut",
    "Pairing",
    "Payment",
    "PhoneCode",
    "Discount",
    "Plan",
    "Refund",
    "RefusedRow",
    "RouterFigure",
    "Session",
    "Shift",
    "Staff",
    "Stored",
    "Subscription",
    "SyncCall",
    "SyncItem",
    "TABLES",
    "Table",
    "ToldPaid",
    "Transfer",
    "TransferBody",
    "Undecided",
    "UsageDay",
    "Voucher",
    "VoucherBatch",
    "Webhook",
]
