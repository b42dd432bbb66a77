"""What comes back from a database that a backup replaced: one decision for each table.

Three decisions: TAKEN over as it stands, ASKED again of who knows it better, or LEFT.
The tables stand in the order in which they are taken, parents first. A test holds that
each table of the schema is here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

TAKEN, ASKED, LEFT = "taken over", "asked again", "left"

Order = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Decision:
    """What is done about a table's rows, and why.

    `same` names columns that never change: where they differ it is another row of the
    same number. `grows` names what is never less later, NULL being least, and `order`
    the states of a column from first to last: a row that is behind in one of them is
    the older, whichever file it is in. A `choice` is the owner's: a backup that is put
    back by hand brings the old one, and only new rows come. A `record` is never
    changed: only new rows are looked at.
    """

    what: str
    because: str
    same: tuple[str, ...] = ()
    grows: tuple[str, ...] = ()
    order: Order = field(default_factory=dict)
    is_choice: bool = False
    is_record: bool = False


def _taken(
    because: str,
    same: str = "",
    grows: str = "",
    order: Order | None = None,
    choice: bool = False,
) -> Decision:
    return Decision(
        TAKEN, because, tuple(same.split()), tuple(grows.split()), order or {}, choice
    )


def _record(because: str, same: str = "") -> Decision:
    return Decision(TAKEN, because, tuple(same.split()), is_record=True)


def _left(because: str) -> Decision:
    return Decision(LEFT, because)


def _states(*names: str) -> Order:
    return {"state": names}


DECISIONS: dict[str, Decision] = {
    # Goods.
    "plan": _taken("sales point to it", "made_at", choice=True),
    "discount": _taken("payments point to it", "code", "stopped_at"),
    "credit_offer": _taken("what may be lent", choice=True),
    "voucher_batch": _taken("the paper is in people's hands", "made_at made_by"),
    "voucher": _taken(
        "sold paper must be known, and used paper stays used",
        "batch_id code",
        "redeemed_at voided_at",
    ),
    # People.
    "customer": _taken("their logins are on their phones", "username made_at"),
    "customer_note": _record("somebody wrote it down", "customer_id at who"),
    "device": _taken("whose time it may use", grows="seen_at"),
    "device_block": _taken("who tried too often still has", grows="until"),
    "phone_code": _taken("a used code stays used", "phone made_at", "tries used_at"),
    "move": _record("it counts how often time was moved", "customer_id mac at"),
    "opted_out": _taken("who wants no messages gets none"),
    # Who may come in: always as it was last, so that no old password works again.
    "staff": _taken("no old password works again", "made_at", "totp_step"),
    "agent": _taken("what was agreed with who sells"),
    "api_token": _taken("what was revoked stays so", "hash", "revoked_at used_at"),
    "login": _left("everybody signs in anew, also who had signed out"),
    # Money. Facts are chained, and the audits anchor them: `salvage_money`.
    "payment": Decision(
        ASKED,
        "paid ones with a second witness come as they are; of the others the provider"
        " is asked again",
        ("ref", "amount_cents"),
        ("paid_at", "queries"),
        # Failed is not final: one that fails in one file is asked about if in doubt.
        _states("asked", "failed", "uncertain", "sent", "paid"),
    ),
    "callback": _taken("what was told, as it came", "digest"),
    "told_paid": _taken("M-Pesa's second word is awaited", "told_at", "ended_at"),
    "shift": _taken("the till's float and count", "staff opened_at", "closed_at"),
    "cash_sale": _taken("who took the cash", "shift_id", "voided_at"),
    "agent_sale": _taken("who owes for it", "agent_id voucher_id", "back_at"),
    "agent_entry": _record("an account is only added to", "agent_id at kind"),
    "transfer": _taken(
        "money paid by hand",
        "receipt amount_cents",
        order=_states("new", "open", "matched", "refunded", "written-off"),
    ),
    "transfer_body": _taken("what was told, as it came", "digest"),
    "account_code": _taken("customers type it when they pay", "mac"),
    "claim": _taken("whose receipt it is", "mac"),
    "refund": _taken(
        "what went back goes back once",
        "amount_cents asked_at",
        "sent_at done_at",
        _states("asked", "uncertain", "sent", "failed", "done"),
    ),
    "inquiry": _taken(
        "M-Pesa may answer at its address",
        "ref",
        "sent_at answered_at",
        _states("asked", "uncertain", "sent", "refused", "answered"),
    ),
    "inquiry_body": _taken("what was told, as it came", "digest"),
    "undecided": _taken("a person must decide, or has", "kind at", "resolved_at"),
    # Time.
    "subscription": _taken(
        "somebody is online by it",
        "customer_id made_at",
        "data_used_bytes used_seconds admitted_at called_at",
    ),
    "debt": _taken("what was lent", "customer_id at", "closed_at"),
    "session": _taken("its counters go on", "username", "octets_in octets_out"),
    "usage_day": _taken("fair use counts it", grows="octets_in octets_out seconds"),
    "free_use": _taken("one a day"),
    "made_good": _taken("nobody gets minutes twice", "since at", "reached done_at"),
    "mirror": _taken("what the router was last told", grows="written_at"),
    "pairing": _taken("a wish for a device", "customer_id made_at"),
    # Words.
    "campaign": _taken("whom it reached is in the messages", "name made_at", "done_at"),
    "message": _taken(
        "what was sent is not sent again; what waits neither",
        "kind made_at",
        "sent_at tries delivered_at",
        _states("waiting", "sending", "uncertain", "failed", "sent"),
    ),
    "early_report": _taken("a delivery, told before its time"),
    "letter": _taken("the owner's words", choice=True),
    "letter_kind": _taken("which messages are sent", choice=True),
    # The back office.
    "import_run": _taken("how far a file was read", "made_at", "position done_at"),
    "refused_row": _taken("what was not read of it", "line"),
    "export": _taken("a file that was asked for", "ref", "done_at"),
    "mailed_report": _taken("a day's takings are mailed once", grows="at"),
    "sync_item": _taken("it is over there already", "sync_uuid", "done_at"),
    "sync_call": _record("what was said to whom", "at"),
    "webhook": _taken("how far it has heard", "made_at", "seen_seq", choice=True),
    # The house.
    "event": _record("pages and webhooks count by it", "at type"),
    "audit": _record("who changed what", "at who what"),
    "stored": _taken("settings of the pages", choice=True),
    "look": _taken("how the portal looks", choice=True),
    "lane_setting": _taken("how the queue is set", choice=True),
    # Last, as they must fit what came before.
    "money_fact": _taken("chained: by `salvage_money`", "hash"),
    "money_audit": _taken("an anchor, where the chain still has its end", "at head"),
    # Left.
    "condition": _left("it is looked at anew within minutes"),
    "far_copy": _left("the other machine is looked at anew before each copy"),
    "router_figure": _left("a chart may have a gap"),
    "errand": _left("who asked for it asks again"),
    "job": _left("what is open calls for its job again, and nothing is done twice"),
    "failed_job": _left("of a time that is over"),
    "job_batch": _left("its jobs are left too"),
    "periodic_run": _left("when each was due is soon found"),
    "_sqlite_migrations": _left("the restored file has had every step"),
    "sqlite_sequence": _left("SQLite keeps it by the rows that come"),
}
# A key to a row that comes later in this order: cleared at the end where it leads
# nowhere.
LATER = {("payment", "debt_id"): "debt"}
