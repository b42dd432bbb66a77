"""How long the rows of each table last: a line for each, so that none grows unseen.

Four ways: FOR_EVER (money, people and who changed what: a few rows for each sale),
BY_AGE, BY_NUMBER (the newest so many), or CHOSEN (what somebody of the house made, and
as few). A test holds that each table of the schema is here, and that what goes by age
is what `tidying` clears.
"""

from __future__ import annotations

FOR_EVER, BY_AGE, BY_NUMBER, CHOSEN = "for ever", "by age", "by number", "as chosen"

LASTS: dict[str, tuple[str, str]] = {
    # Goods.
    "plan": (CHOSEN, "packages stay: what was sold points to them"),
    "discount": (CHOSEN, "stopped ones stay: payments point to them"),
    "credit_offer": (CHOSEN, "one"),
    "voucher_batch": (FOR_EVER, "a row for each printing"),
    "voucher": (FOR_EVER, "sold paper must be known"),
    # People.
    "customer": (FOR_EVER, "one for each device or number that asked for time"),
    "customer_note": (CHOSEN, "what staff wrote"),
    "device": (FOR_EVER, "one for each device of a customer"),
    "device_block": (BY_AGE, "until it is over"),
    "phone_code": (BY_AGE, "a day"),
    "move": (FOR_EVER, "one for each time that was moved; counted per month"),
    "opted_out": (FOR_EVER, "who wants no messages gets none"),
    "staff": (CHOSEN, "one for each person who works here"),
    "agent": (CHOSEN, "one for each agent"),
    "api_token": (CHOSEN, "revoked ones stay for the audit log"),
    "login": (BY_AGE, "until it is over"),
    "pairing": (BY_AGE, "a day"),
    # Money.
    "payment": (FOR_EVER, "one for each prompt, paid or not"),
    "callback": (FOR_EVER, "what providers said, as it came; repeats are one row"),
    "told_paid": (FOR_EVER, "one for each confirmation"),
    "shift": (FOR_EVER, "one for each day at the till"),
    "cash_sale": (FOR_EVER, "one for each sale in cash"),
    "agent_sale": (FOR_EVER, "one for each sale by an agent"),
    "agent_entry": (FOR_EVER, "an account is only added to"),
    "transfer": (FOR_EVER, "one for each payment by hand"),
    "transfer_body": (FOR_EVER, "what providers said, as it came; repeats are one row"),
    "account_code": (BY_AGE, "a day"),
    "claim": (FOR_EVER, "a receipt is used once; one that meets no payment: a day"),
    "refund": (FOR_EVER, "one for each"),
    "inquiry": (FOR_EVER, "one for each receipt that M-Pesa was asked about"),
    "inquiry_body": (FOR_EVER, "what M-Pesa answered, as it came"),
    "undecided": (FOR_EVER, "who decided what"),
    "money_fact": (FOR_EVER, "chained: one for each movement of money"),
    "money_audit": (BY_NUMBER, "the newest 400, and the first"),
    # Time.
    "subscription": (FOR_EVER, "one for each sale"),
    "debt": (FOR_EVER, "one for each loan of time"),
    "session": (BY_AGE, "tidy.sessions_days after it ended"),
    "usage_day": (BY_AGE, "with its session"),
    "free_use": (FOR_EVER, "one for each time that a free package was had"),
    "made_good": (FOR_EVER, "one for each outage"),
    "mirror": (BY_AGE, "as long as the router knows the customer"),
    # Words.
    "campaign": (CHOSEN, "one for each message to many"),
    "message": (BY_AGE, "tidy.messages_days; what waits stays"),
    "early_report": (BY_AGE, "an hour"),
    "letter": (CHOSEN, "at most one for each text and language"),
    "letter_kind": (CHOSEN, "at most one for each text"),
    # The back office.
    "import_run": (CHOSEN, "one for each file that was read in"),
    "refused_row": (BY_AGE, "30 days"),
    "export": (BY_AGE, "7 days, with its file"),
    "mailed_report": (FOR_EVER, "one a day at most"),
    "sync_item": (FOR_EVER, "one for each sale that the accounts know"),
    "sync_call": (BY_NUMBER, "the newest 2,000"),
    "webhook": (CHOSEN, "one for each address"),
    # The house.
    "event": (BY_AGE, "tidy.events_days; the newest stays"),
    "audit": (FOR_EVER, "who changed what"),
    "stored": (CHOSEN, "at most one for each setting"),
    "look": (CHOSEN, "one"),
    "condition": (BY_NUMBER, "one for each thing that is looked after"),
    "far_copy": (BY_NUMBER, "what the other machine has"),
    "router_figure": (BY_AGE, "90 days: as far back as the chart goes"),
    "errand": (BY_NUMBER, "the newest 20 of a kind"),
    # The queue.
    "job": (BY_AGE, "until it is done"),
    "failed_job": (BY_AGE, "90 days after it last failed"),
    "job_batch": (BY_AGE, "90 days after its end"),
    "periodic_run": (BY_NUMBER, "one for each periodic job"),
    "lane_setting": (BY_NUMBER, "at most one for each lane"),
    "_sqlite_migrations": (BY_NUMBER, "one for each step of the schema"),
    "sqlite_sequence": (BY_NUMBER, "one for each table at most"),
}
