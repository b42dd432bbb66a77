"""Every table of the trade, on one page.

Times are seconds since 1970 in UTC, money is in cents, data in bytes. The rules of
each noun are in the module of its name; the tables themselves are made by
`store.migrations`, and a test holds the two together.
"""

from __future__ import annotations

from peewee import (
    AutoField,
    BlobField,
    BooleanField,
    CompositeKey,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

from hotspot_lite.store import database


class Table(Model):
    """What all tables share: the one database."""

    class Meta:
        database = database
        legacy_table_names = False


class Plan(Table):
    """A package on sale. Sales keep a copy of its terms: changing it is free."""

    id = AutoField()
    name = TextField(unique=True)
    price_cents = IntegerField()
    duration_seconds = IntegerField()
    data_bytes = IntegerField(null=True)  # NULL: no limit
    rate = TextField()  # RouterOS: client's upload/download, "2M/4M"
    devices = IntegerField(default=1)
    starts = TextField(default="sale")  # sale | first-use
    on_sale = BooleanField(default=True)
    made_at = IntegerField()
    uptime_seconds = IntegerField(null=True)  # of time online; NULL: the clock's only


class Customer(Table):
    """Somebody with a login of their own: by phone number, or by voucher."""

    id = AutoField()
    phone = TextField(null=True, unique=True)
    username = TextField(unique=True)
    secret = TextField()  # CHAP needs it in clear
    made_at = IntegerField()


class Payment(Table):
    """Money asked for, and what became of it. `paid` is final, `failed` is not."""

    id = AutoField()
    ref = TextField(unique=True)  # in the customer's URL, unguessable
    token_hash = TextField(unique=True)  # of the callback URL's token
    provider = TextField(default="mpesa")  # who moves the money
    kind = TextField(default="prompt")  # prompt | redirect | immediate | manual
    redirect_url = TextField(default="")  # the provider's page, for a redirect
    state = TextField()  # asked | sent | uncertain | paid | failed
    plan = ForeignKeyField(Plan, null=True)
    terms = TextField()  # JSON: what was on sale at that moment
    amount_cents = IntegerField()
    phone = TextField()
    mac = TextField(default="")
    ip = TextField(default="")
    login_url = TextField(default="")  # the router's link-login-only
    merchant_request_id = TextField(null=True)
    checkout_request_id = TextField(
        null=True, unique=True
    )  # the provider's name for it
    receipt = TextField(null=True, unique=True)
    result_code = TextField(default="")
    result_text = TextField(default="")
    settled_by = TextField(default="")  # callback | query | status | answer | …
    asked_at = IntegerField()
    sent_at = IntegerField(null=True)
    answered_at = IntegerField(null=True)
    paid_at = IntegerField(null=True)
    queries = IntegerField(default=0)
    clock_believed = BooleanField(default=True)


class Callback(Table):
    """A callback's raw body, as it came; the same body twice is one row."""

    id = AutoField()
    payment = ForeignKeyField(Payment)
    digest = TextField()
    body = BlobField()
    peer = TextField()
    received_at = IntegerField()
    verdict = TextField(default="new")

    class Meta:
        indexes = ((("payment", "digest"), True),)


class ToldPaid(Table):
    """A callback calls the payment paid; M-Pesa's second word is awaited, or came."""

    payment = ForeignKeyField(Payment, primary_key=True)
    checkout_request_id = TextField()
    receipt = TextField(null=True)
    told_at = IntegerField()
    ended_at = IntegerField(null=True)
    came_to = TextField(default="")  # agreed | denied | paid by other means


class VoucherBatch(Table):
    """Vouchers made together, of one kind."""

    id = AutoField()
    plan = ForeignKeyField(Plan, null=True)
    terms = TextField()
    made_at = IntegerField()
    made_by = TextField()


class Voucher(Table):
    """A code that buys once."""

    id = AutoField()
    batch = ForeignKeyField(VoucherBatch)
    code = TextField(unique=True)
    redeemed_at = IntegerField(null=True)
    redeemed_mac = TextField(default="")
    voided_at = IntegerField(null=True)  # its cash sale was taken back


class Subscription(Table):
    """Time paid for: exactly one for each paid payment or redeemed voucher."""

    id = AutoField()
    customer = ForeignKeyField(Customer)
    payment = ForeignKeyField(Payment, null=True, unique=True)
    voucher = ForeignKeyField(Voucher, null=True, unique=True)
    plan_name = TextField()
    price_cents = IntegerField()
    duration_seconds = IntegerField()
    data_bytes = IntegerField(null=True)
    data_used_bytes = IntegerField(default=0)  # the sum over its sessions
    rate = TextField()
    devices = IntegerField()
    starts_at = IntegerField(null=True)  # NULL: at first use
    expires_at = IntegerField(null=True)
    ended_at = IntegerField(null=True)
    mac = TextField(default="")  # the device that asked
    ip = TextField(default="")
    access = TextField(default="waiting")  # waiting | admitted | failed | none
    access_says = TextField(default="")
    admitted_at = IntegerField(null=True)
    called_at = IntegerField(null=True)
    made_at = IntegerField()
    uptime_seconds = IntegerField(null=True)  # NULL: time runs by the clock only
    used_seconds = IntegerField(default=0)  # the sum over its sessions


class Device(Table):
    """A phone or laptop by its MAC, and whose time it may use."""

    mac = TextField(primary_key=True)
    customer = ForeignKeyField(Customer)
    ip = TextField(default="")
    seen_at = IntegerField()


class PhoneCode(Table):
    """A code sent to a phone by SMS, to prove that it is in the hand."""

    id = AutoField()
    phone = TextField()
    code_hash = TextField()  # keyed: six digits alone are soon guessed
    made_at = IntegerField()
    tries = IntegerField(default=0)
    used_at = IntegerField(null=True)


class Move(Table):
    """A customer's time that was taken over by another device."""

    id = AutoField()
    customer = ForeignKeyField(Customer)
    mac = TextField()
    how = TextField()  # link | phone | voucher | receipt
    at = IntegerField()


class DeviceBlock(Table):
    """A device that tried too many wrong codes."""

    mac = TextField(primary_key=True)
    until = IntegerField()


class Session(Table):
    """What RADIUS accounting told of one login; counters only grow."""

    uniq = TextField(primary_key=True)
    subscription = ForeignKeyField(Subscription, null=True)
    username = TextField()
    mac = TextField()
    ip = TextField()
    nas = TextField()
    acct_session_id = TextField()
    started_at = IntegerField()
    seen_at = IntegerField()
    ended_at = IntegerField(null=True)
    seconds = IntegerField(default=0)
    octets_in = IntegerField(default=0)  # upload, as the router counts
    octets_out = IntegerField(default=0)
    cause = TextField(default="")
    carried_in = IntegerField(default=0)  # before the router's counters began anew
    carried_out = IntegerField(default=0)


class UsageDay(Table):
    """What one session used on one day; over all days: the session's counters."""

    day = TextField()  # the place's date, 2026-11-26
    session = ForeignKeyField(Session, column_name="uniq")
    octets_in = IntegerField()
    octets_out = IntegerField()
    seconds = IntegerField()

    class Meta:
        table_name = "usage_day"
        primary_key = CompositeKey("day", "session")


class Mirror(Table):
    """What the router was last told of a customer's time (see `mirror`).

    `base_*` are the counters of the router's user at that moment.
    """

    customer = ForeignKeyField(Customer, primary_key=True)
    username = TextField(unique=True)
    subscription = ForeignKeyField(Subscription)
    newest_id = IntegerField()  # the newest subscription that it allows for
    rate = TextField()
    limit_seconds = IntegerField()
    limit_bytes = IntegerField(null=True)
    base_seconds = IntegerField()
    base_in = IntegerField()
    base_out = IntegerField()
    written_at = IntegerField()


class Message(Table):
    """An SMS we owe somebody."""

    id = AutoField()
    kind = TextField()
    phone = TextField()
    text = TextField()
    subscription = ForeignKeyField(Subscription, null=True)
    state = TextField(default="waiting")  # waiting|sending|sent|failed|uncertain
    provider_id = TextField(default="")
    says = TextField(default="")
    made_at = IntegerField()
    sent_at = IntegerField(null=True)


class Event(Table):
    """What happened, in order; pages ask for what is newer than their last `seq`."""

    seq = AutoField()
    at = IntegerField()
    channel = TextField()
    type = TextField()
    body = TextField()


class Transfer(Table):
    """Money paid to the paybill or till by hand; matched, it becomes a payment.

    Until then it is in no money fact: it waits here, and on the exceptions list.
    """

    id = AutoField()
    receipt = TextField(unique=True)  # M-Pesa's TransID
    amount_cents = IntegerField()
    account = TextField()  # as the customer typed it
    phone_hash = TextField(default="")  # SHA-256 of 2547…, where it is known
    phone_hint = TextField(default="")  # masked, for people: proves nothing
    payer = TextField(default="")  # the first name that M-Pesa tells
    state = TextField(default="new")  # new | matched | open | refunded | written-off
    payment = ForeignKeyField(Payment, null=True, unique=True)
    received_at = IntegerField()


class TransferBody(Table):
    """The raw body that told of a transfer, as it came."""

    id = AutoField()
    digest = TextField(unique=True)
    body = BlobField()
    peer = TextField()
    received_at = IntegerField()
    verdict = TextField(default="new")


class Refund(Table):
    """Money that goes back, or went; a payment may have several in part."""

    id = AutoField()
    payment = ForeignKeyField(Payment, null=True)
    transfer = ForeignKeyField(Transfer, null=True)
    amount_cents = IntegerField()
    way = TextField()  # mpesa | hand | told (by the provider, who did it itself)
    state = TextField()  # asked | uncertain | sent | done | failed
    is_whole = BooleanField()  # nothing of the payment is left
    receipt = TextField(default="")  # of the money that went back
    says = TextField(default="")
    who = TextField()  # staff by name, "cli", or "" for the box
    why = TextField()
    asked_at = IntegerField()
    sent_at = IntegerField(null=True)
    done_at = IntegerField(null=True)


class Inquiry(Table):
    """What Daraja is asked now and answers later, at an address of its own."""

    id = AutoField()
    ref = TextField(unique=True)  # its token is made from it and the box's key
    token_hash = TextField(unique=True)
    kind = TextField()  # status | reversal
    receipt = TextField()  # what it is about
    payment = ForeignKeyField(Payment, null=True)
    refund = ForeignKeyField(Refund, null=True)
    state = TextField()  # asked | uncertain | sent | answered | refused
    conversation = TextField(default="")  # Safaricom's OriginatorConversationID
    about = TextField(default="")  # that of an order whose result never came
    code = TextField(default="")
    says = TextField(default="")
    asked_at = IntegerField()
    sent_at = IntegerField(null=True)
    answered_at = IntegerField(null=True)


class InquiryBody(Table):
    """A result as it came. Of a timeout only that it came: it repeats our secrets."""

    id = AutoField()
    inquiry = ForeignKeyField(Inquiry)
    digest = TextField()
    body = BlobField()
    is_timeout = BooleanField()
    peer = TextField()
    received_at = IntegerField()
    verdict = TextField(default="new")

    class Meta:
        indexes = ((("inquiry", "digest"), True),)


class Shift(Table):
    """Somebody's time at the counter, with the cash in the till before and after."""

    id = AutoField()
    staff = TextField()
    opened_at = IntegerField()
    float_cents = IntegerField()
    closed_at = IntegerField(null=True)
    counted_cents = IntegerField(null=True)
    closed_by = TextField(default="")
    note = TextField(default="")


class CashSale(Table):
    """A payment in cash. With a voucher, the voucher gives its time, not the payment:
    money once, time once."""

    payment = ForeignKeyField(Payment, primary_key=True)
    shift = ForeignKeyField(Shift)
    voucher = ForeignKeyField(Voucher, null=True, unique=True)
    voided_at = IntegerField(null=True)  # the cash was given back
    voided_by = TextField(default="")
    reason = TextField(default="")


class AccountCode(Table):
    """What to type as the account when paying by hand for a device."""

    code = TextField(primary_key=True)
    mac = TextField(unique=True)
    ip = TextField(default="")
    login_url = TextField(default="")
    made_at = IntegerField()


class Claim(Table):
    """A receipt that a device at the portal claims; a NULL payment is awaited."""

    receipt = TextField(primary_key=True)
    mac = TextField()
    ip = TextField(default="")
    login_url = TextField(default="")
    payment = ForeignKeyField(Payment, null=True)
    made_at = IntegerField()


class Undecided(Table):
    """What the box can't decide about money or access: a person must."""

    id = AutoField()
    kind = TextField()  # a row of `undecided.KINDS`
    payment = ForeignKeyField(Payment, null=True)
    transfer = ForeignKeyField(Transfer, null=True)
    subject = TextField(default="")  # where it is about neither: what is one matter
    amount_cents = IntegerField(null=True)  # the money in doubt, where it is known
    says = TextField()
    at = IntegerField()
    resolved_at = IntegerField(null=True)
    resolution = TextField(default="")  # grant | match | refund | … | by itself
    resolved_by = TextField(default="")  # staff by name, "cli", or "" for the box
    reason = TextField(default="")


class MoneyFact(Table):
    """Something that happened to money: added, never changed (see `ledger`)."""

    id = AutoField()
    at = IntegerField()
    kind = TextField()  # taken | given | refunded | reversed | written-off …
    amount_cents = IntegerField()
    payment = ForeignKeyField(Payment, null=True)
    detail = TextField(default="")
    who = TextField(default="")  # staff by name, "cli", or "" for the box itself
    hash = TextField()  # over the fact and the hash of the one before


class MoneyAudit(Table):
    """What one audit of the money came to; `head` is the ledger's end it saw."""

    id = AutoField()
    at = IntegerField()
    by_whom = TextField()  # staff by name, "cli" or "nightly"
    wrong = IntegerField()  # how many things are wrong
    says = TextField()  # in one line
    facts = IntegerField()  # the id of the newest fact
    head = TextField()  # its hash
    body = TextField()  # JSON: see `money_audit`


class RouterFigure(Table):
    """The router's load, averaged over five minutes (see `figures`)."""

    at = IntegerField(primary_key=True)
    cpu_percent = IntegerField()
    memory_percent = IntegerField()
    disk_percent = IntegerField()
    temperature_c = IntegerField(null=True)
    down_bits = IntegerField()
    up_bits = IntegerField()
    hosts = IntegerField()
    online = IntegerField()


class Condition(Table):
    """Something that is lastingly wrong, or was, and since when."""

    name = TextField(primary_key=True)
    is_wrong = BooleanField()
    since = IntegerField()
    says = TextField(default="")


class Staff(Table):
    """Who may enter the admin page, and as what."""

    id = AutoField()
    name = TextField(unique=True)
    password = TextField()  # scrypt$n$r$p$salt$hash
    role = TextField()  # owner | cashier | viewer
    made_at = IntegerField()


class Login(Table):
    """A session of the admin page; only the hash of its cookie is kept."""

    token_hash = TextField(primary_key=True)
    staff = ForeignKeyField(Staff)
    csrf = TextField()
    made_at = IntegerField()
    expires_at = IntegerField()


class Stored(Table):
    """Settings changed on the admin page, and the few facts of the box itself."""

    name = TextField(primary_key=True)
    value = TextField()


class Audit(Table):
    """Who changed what."""

    id = AutoField()
    at = IntegerField()
    who = TextField()
    what = TextField()
    detail = TextField(default="")


TABLES = tuple(Table.__subclasses__())
