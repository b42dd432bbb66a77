"""The one list of all settings: name, default, help, check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hotspot_lite.settings.checks import (
    Check,
    Value,
    count,
    file_or_none,
    flag,
    folder,
    folder_or_none,
    hour,
    matching,
    networks,
    one_of,
    port,
    positive,
    seconds,
    sftp_or_none,
    text,
    timezone,
    url,
)


@dataclass(frozen=True)
class Setting:
    """One setting: `name` is section.name; `secret` ones are never shown."""

    name: str
    default: Value
    help: str
    check: Check = text
    secret: bool = False

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return "HOTSPOT_" + self.name.replace(".", "_").upper()


DECLARED: tuple[Setting, ...] = (
    Setting("box.name", "My WiFi", "The name customers see."),
    Setting(
        "box.data_dir",
        "/var/lib/hotspot-lite",
        "What must survive a power cut: the database, the spool of FreeRADIUS.",
        folder,
    ),
    Setting(
        "box.run_dir",
        "/run/hotspot-lite",
        "What must not wear the card: live samples, bells. A tmpfs.",
        folder,
    ),
    Setting(
        "box.timezone",
        "Africa/Nairobi",
        "Where the place is: its days end at this zone's midnight.",
        timezone,
    ),
    Setting(
        "box.currency",
        "KES",
        "The currency of prices, three letters.",
        matching("[A-Z]{3}", "three capital letters such as KES"),
    ),
    Setting(
        "box.language",
        "en",
        "The portal's language until a customer chooses: en or sw.",
        one_of("en", "sw"),
    ),
    Setting(
        "box.clock",
        "auto",
        "auto: believe the clock once it is synchronised or the router or M-Pesa"
        " agree. trusted: somebody else keeps it right (a VM's host).",
        one_of("auto", "trusted"),
    ),
    Setting(
        "disk.low_mib",
        400,
        "Below so many MiB free on the disk of box.data_dir, what is not needed for"
        " selling stops: charts, exports, imports, old backups.",
        positive,
    ),
    Setting(
        "disk.full_mib",
        100,
        "Below so many MiB free nothing new is sold; what is paid goes on.",
        positive,
    ),
    Setting(
        "disk.reserve_mib",
        32,
        "So many MiB are kept back in box.data_dir, and let go when the disk is full,"
        " for what is paid already; 0: none.",
        count,
    ),
    Setting(
        "backup.dir",
        "",
        "Where the hourly backups are kept; empty: backups in box.data_dir.",
        folder_or_none,
    ),
    Setting(
        "backup.daily_mib",
        60,
        "A day's backups write no more MiB than this to the disk: those of a large"
        " database are made less often than each hour, once a day at least. 0: each"
        " hour, however large.",
        count,
    ),
    Setting(
        "backup.copy_to",
        "",
        "A folder on a stick or another disk, to which each backup is copied too,"
        " e.g. /media/usb; empty: none. It must be there: it is never made.",
        folder_or_none,
    ),
    Setting(
        "backup.passphrase_file",
        "",
        "A file of one line, a passphrase: copies and downloads of backups are"
        " encrypted with it; empty: they are not. Keep it on paper elsewhere too.",
        file_or_none,
    ),
    Setting(
        "backup.elsewhere",
        "",
        "Another machine that gets encrypted copies over SFTP, e.g."
        " sftp://backup@192.168.88.2/~/hotspot; empty: none. See: hotspot-lite"
        " backup key",
        sftp_or_none,
    ),
    Setting(
        "backup.elsewhere_hours",
        1,
        "Hours between two copies that go there: 1, each backup; for a router 24, as"
        " its flash is small and wears.",
        positive,
    ),
    Setting(
        "backup.elsewhere_keep",
        0,
        "How many copies are kept there, e.g. 3 on a router; 0: of the last 24 hours,"
        " 7 days and 4 weeks, as on the box.",
        count,
    ),
    Setting(
        "backup.elsewhere_late_days",
        2,
        "Days without a new copy there after which the owner is told.",
        positive,
    ),
    Setting(
        "tidy.events_days",
        30,
        "How long the event feed is kept. Money and the audit log stay for ever.",
        count,
    ),
    Setting("tidy.messages_days", 180, "How long messages that left are kept.", count),
    Setting(
        "tidy.sessions_days",
        400,
        "How long it is kept who was online when, and how much they used.",
        count,
    ),
    Setting("web.host", "0.0.0.0", "The address the portal listens on."),
    Setting("web.port", 80, "The port the portal listens on.", port),
    Setting(
        "web.public_url",
        "",
        "How customers' browsers reach the portal, e.g. http://10.5.50.2;"
        " empty: as the request says.",
        url,
    ),
    Setting("live.host", "0.0.0.0", "The address of the live page's websocket."),
    Setting("live.port", 8081, "The port of the live page's websocket.", port),
    Setting(
        "mpesa.environment",
        "sandbox",
        "sandbox or production: which of Safaricom's servers to use.",
        one_of("sandbox", "production"),
    ),
    Setting(
        "mpesa.base_url",
        "",
        "Another Daraja server, for tests; empty: by mpesa.environment.",
        url,
    ),
    Setting("mpesa.consumer_key", "", "From the Daraja portal.", secret=True),
    Setting("mpesa.consumer_secret", "", "From the Daraja portal.", secret=True),
    Setting("mpesa.passkey", "", "The Lipa na M-Pesa passkey.", secret=True),
    Setting(
        "mpesa.shortcode",
        "",
        "PayBill number; for a till, the store number that has the passkey.",
        matching("[0-9]{5,10}", "5 to 10 digits"),
    ),
    Setting(
        "mpesa.till",
        "",
        "Till number, if customers buy goods from a till; empty: PayBill.",
        matching("[0-9]{5,10}", "5 to 10 digits"),
    ),
    Setting(
        "mpesa.callback_url",
        "",
        "Public https address that reaches this box; /cb/<token> is added to it.",
        url,
    ),
    Setting(
        "mpesa.by_hand",
        False,
        "Show customers how to pay to the paybill or till by hand: yes once"
        " `hotspot-lite mpesa register` has been run.",
        flag,
    ),
    Setting(
        "mpesa.refuse_unknown_accounts",
        False,
        "Refuse payments by hand whose account or amount fits nothing on sale. Needs"
        " Safaricom's external validation; no where the paybill takes other money too.",
        flag,
    ),
    Setting(
        "mpesa.null_url",
        "https://example.com/none",
        "Without mpesa.callback_url: what Daraja is told instead, since it wants an"
        " address. Nobody need answer there; nothing secret is in it.",
        url,
    ),
    Setting(
        "mpesa.prompts_in_10_minutes",
        100,
        "So many prompts at most may be open or unpaid in ten minutes, of all customers"
        " together: strangers can't make the whole town's phones ring.",
        count,
    ),
    Setting(
        "mpesa.queries_per_minute",
        5,
        "How often Daraja is asked about open payments, all together. 5 is what its"
        " sandbox takes; 0 is no limit of our own.",
        count,
    ),
    Setting(
        "mpesa.trust_query_seconds",
        90,
        "From this age of a prompt on, a query's word that it was paid is believed."
        " Daraja may say so while the PIN is awaited still: 90 is after every prompt's"
        " end; 25 where you saw that your account's queries tell the truth.",
        seconds,
    ),
    Setting(
        "mpesa.callback_check",
        "flag",
        "Messages from other addresses than those below: off takes them, flag takes"
        " them and tells in the doctor, enforce refuses them.",
        one_of("off", "flag", "enforce"),
    ),
    Setting(
        "mpesa.callback_addresses",
        "196.201.214.200 196.201.214.206 196.201.214.207 196.201.214.208"
        " 196.201.213.114 196.201.213.44 196.201.212.127 196.201.212.138"
        " 196.201.212.129 196.201.212.136 196.201.212.74 196.201.212.69",
        "Where Safaricom's messages come from, as its users see it; Safaricom publishes"
        " no list.",
        networks,
    ),
    Setting(
        "mpesa.initiator",
        "",
        "The API operator's name in the M-Pesa portal, for reversals and for asking"
        " about a receipt; empty: refunds are noted by hand.",
    ),
    Setting(
        "mpesa.security_credential",
        "",
        "That operator's password, encrypted with Safaricom's certificate, as the"
        " Daraja portal makes it. Expires with the password, after 90 days.",
        secret=True,
    ),
    Setting(
        "mpesa.confirm",
        "trust_token",
        "What makes a payment paid. trust_token: the callback to its secret address."
        " verify_query: once M-Pesa, asked, agrees. require_status: once the receipt"
        " itself was asked about (needs mpesa.initiator and mpesa.callback_url).",
        one_of("trust_token", "verify_query", "require_status"),
    ),
    Setting(
        "money.after_refund",
        "end",
        "When money has gone back: end the time it bought, or keep it.",
        one_of("end", "keep"),
    ),
    Setting(
        "money.silence",
        True,
        "Tell when no payments come at an hour of the week at which they usually do.",
        flag,
    ),
    Setting(
        "paystack.secret_key",
        "",
        "From Paystack's dashboard, sk_live_…; with it customers may also pay there.",
        matching("sk_(live|test)_[A-Za-z0-9]{8,100}", "sk_live_… or sk_test_…"),
        secret=True,
    ),
    Setting(
        "paystack.email",
        "",
        "Where Paystack's receipts go: an address of yours. It wants one, and customers"
        " are not asked for theirs.",
        matching(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address"),
    ),
    Setting(
        "paystack.base_url",
        "",
        "Another Paystack, for tests; empty: the real one.",
        url,
    ),
    Setting("router.host", "", "The MikroTik router's address."),
    Setting("router.port", 8728, "Its API port: 8728, or 8729 with TLS.", port),
    Setting("router.tls", False, "Speak TLS to it (api-ssl).", flag),
    Setting("router.ca_file", "", "The router's own CA certificate, for TLS."),
    Setting("router.username", "hotspot-lite", "The API user."),
    Setting("router.password", "", "The API user's password.", secret=True),
    Setting(
        "router.login_host",
        "",
        "The hotspot's own dns-name or address, where its login page is; empty:"
        " router.host.",
    ),
    Setting(
        "router.hotspot_server",
        "hsl",
        "The name of the hotspot server there that customers use.",
    ),
    Setting(
        "router.interface",
        "",
        "Where customers are at the router, if it has no hotspot server yet: one is"
        " made there. It must have an address.",
    ),
    Setting(
        "router.known",
        "",
        "User names, MACs and addresses, with spaces between, that are online at the"
        " router without paying and are meant to be: no free-riders, no rogue bypass.",
        text,
    ),
    Setting(
        "router.wan",
        "ether1",
        "The router's interface to the internet, whose traffic is shown.",
    ),
    Setting(
        "router.sample_seconds",
        2,
        "How often the router's load and its online list are read while somebody of the"
        " staff looks; once a minute otherwise.",
        seconds,
    ),
    Setting(
        "radius.secret",
        "",
        "The secret shared with the router: 32 random characters.",
        matching(r"[\x21-\x7e]{8,128}", "8 to 128 characters without spaces"),
        secret=True,
    ),
    Setting(
        "radius.nas_address",
        "127.0.0.1",
        "The router's address as RADIUS sees it: others are not answered.",
    ),
    Setting("radius.host", "0.0.0.0", "The address RADIUS listens on."),
    Setting("radius.auth_port", 1812, "Port of authentication.", port),
    Setting("radius.acct_port", 1813, "Port of accounting.", port),
    Setting(
        "radius.coa_port",
        3799,
        "Port of the router's /radius/incoming: how a session is ended at once.",
        port,
    ),
    Setting(
        "radius.server",
        "freeradius",
        "freeradius, or embedded: our own small one, for demo and laptops.",
        one_of("freeradius", "embedded"),
    ),
    Setting(
        "radius.require_message_authenticator",
        False,
        "Answer only requests that carry one: yes once the router is 7.15 or newer.",
        flag,
    ),
    Setting(
        "access.planes",
        "both",
        "Who admits. radius: RADIUS alone. router: users kept on the router alone."
        " both: RADIUS, and a sleeping user on the router for when this box is dead.",
        one_of("both", "radius", "router"),
    ),
    Setting(
        "access.welcome",
        True,
        "Put a known device online without a click when it opens the portal and has"
        " time left. No where people copy each other's MAC addresses.",
        flag,
    ),
    Setting(
        "sms.provider",
        "log",
        "textsms, advanta, celcom, sunface, africastalking, http, modem (a GSM modem of"
        " this machine), or log (send none).",
        one_of(
            "log",
            "textsms",
            "advanta",
            "celcom",
            "sunface",
            "africastalking",
            "http",
            "modem",
        ),
    ),
    Setting("sms.url", "", "The gateway's address; empty: the provider's own.", url),
    Setting("sms.api_key", "", "The gateway's key.", secret=True),
    Setting("sms.username", "", "The gateway's user name or partner id."),
    Setting("sms.sender", "", "The sender's name or short code."),
    Setting(
        "sms.template",
        "",
        "For http: the JSON body, with {to} {text} {from} {id} {key} in it.",
    ),
    Setting(
        "sms.modem",
        "any",
        "For modem: any, or its number, path or id in `mmcli --list-modems`.",
        matching("[A-Za-z0-9/][A-Za-z0-9/._:-]{0,119}", "any, or as mmcli names it"),
    ),
    Setting(
        "sms.per_minute",
        60,
        "How many messages to many leave in a minute at most; the gateway's terms say.",
        positive,
    ),
    Setting(
        "message.quiet_from",
        21,
        "The hour at which messages to many stop for the night, at the place.",
        hour,
    ),
    Setting(
        "message.quiet_until",
        8,
        "The hour at which they go on; the same as quiet_from: no quiet hours.",
        hour,
    ),
    Setting(
        "report.mail_to",
        "",
        "Who gets the day's takings by e-mail: addresses with commas; empty: nobody.",
    ),
    Setting("report.mail_hour", 21, "At which hour, at the place.", hour),
    Setting("mail.host", "", "The mail server; empty: no mail is sent."),
    Setting(
        "mail.port",
        587,
        "Its port: 465 is TLS from the start, others begin with STARTTLS.",
        port,
    ),
    Setting(
        "mail.tls",
        True,
        "Whether mail leaves encrypted only. no: only for a server on this machine.",
        flag,
    ),
    Setting("mail.username", "", "The user there."),
    Setting("mail.password", "", "The password there.", secret=True),
    Setting("mail.from", "", "The sender's address."),
    Setting(
        "moysklad.base_url",
        "https://api.moysklad.ru/api/remap/1.2",
        "MoySklad's API. Nothing goes there without moysklad.token.",
        url,
    ),
    Setting(
        "moysklad.token",
        "",
        "MoySklad's access token; empty: no sync to an accounting system.",
        secret=True,
    ),
    Setting(
        "moysklad.weight",
        4,
        "Units that a call costs, of 45 in 3 s: 4 for a user's token since December"
        " 2026, 1 for a solution's. Half of what is allowed is used.",
        positive,
    ),
)
BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in DECLARED}
BY_VARIABLE: Mapping[str, Setting] = {s.variable: s for s in DECLARED}
