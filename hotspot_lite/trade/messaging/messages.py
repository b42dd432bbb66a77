"""The SMS we owe people: written with the sale, sent by a job, never twice blindly."""

from __future__ import annotations

from hotspot_lite import jobs, store
from hotspot_lite.trade.messaging import deliveries, letters
from hotspot_lite.trade.messaging.letters import Standing
from hotspot_lite.trade.models import Message, Subscription

# No full stop after the password: people would type it.
ANSWER = {
    "en": "Your time for {package} is there. Log in as {login} with password {password}"
    " If you did not ask for this, do nothing.",
    "sw": "Muda wako wa {package} upo. Ingia kwa jina {login} na nenosiri {password}"
    " Kama hukuomba hili, usifanye chochote.",
}
CODE = {
    "en": "{code} is your WiFi code. It is good for 10 minutes. Give it to nobody.",
    "sw": "{code} ni nambari yako ya WiFi. Inafaa kwa dakika 10. Usimpe mtu yeyote.",
}
VOUCHER = {
    "en": "{code} is your WiFi code for {package}. Join the WiFi and enter it as a"
    " voucher.",
    "sw": "{code} ni nambari yako ya WiFi ya {package}. Jiunge na WiFi, kisha iandike"
    " kama vocha.",
}


def credentials(subscription: Subscription, said: Standing, now: int) -> Message:
    """Write the SMS with a customer's login. Call it inside a transaction."""
    customer = subscription.customer
    words = {
        "package": subscription.plan_name,
        "login": customer.username,
        "password": customer.secret,
    }
    text = letters.fill(said.text(customer.lang), words)
    return store.create(
        Message,
        kind="credentials",
        phone=customer.phone,
        text=text,
        subscription=subscription,
        made_at=now,
    )


def answer(subscription: Subscription, now: int) -> Message:
    """Write the SMS for who asks with their number, to that number. In a transaction.

    Its own kind and no subscription: the same login may be asked for again.
    """
    customer = subscription.customer
    words = {
        "package": subscription.plan_name,
        "login": customer.username,
        "password": customer.secret,
    }
    text = letters.fill(_said(ANSWER, customer.lang), words)
    return store.create(
        Message, kind="answer", phone=customer.phone, text=text, made_at=now
    )


def code(phone: str, code: str, now: int, lang: str = "") -> Message:
    """Write the SMS with a code to come back by. Call it inside a transaction."""
    text = letters.fill(_said(CODE, lang), {"code": code})
    return store.create(Message, kind="code", phone=phone, text=text, made_at=now)


def voucher(phone: str, code: str, package: str, now: int, lang: str = "") -> Message:
    """Write the SMS with a voucher that was sold to a number. In a transaction."""
    words = {"code": code, "package": package}
    text = letters.fill(_said(VOUCHER, lang), words)
    return store.create(Message, kind="voucher", phone=phone, text=text, made_at=now)


def _said(texts: dict[str, str], lang: str) -> str:
    return texts.get(lang, texts["en"])


def claim(message_id: int) -> Message | None:
    """The message, marked `sending`, if it may be sent; None if it was.

    One that failed surely never left: its job put again sends it.
    One found in `sending` was cut off in the middle: nobody knows whether it left, so
    it becomes `uncertain` and is left alone rather than sent twice.
    """
    this = Message.id == message_id
    with store.atomic():
        claimed: list[Message] = list(
            Message.update(state="sending")
            .where(this & Message.state.in_(("waiting", "failed")))
            .returning(Message)
            .execute()
        )
        if claimed:
            return claimed[0]
        Message.update(state="uncertain", says="Cut off while sending.").where(
            this & (Message.state == "sending")
        ).execute()
        jobs.finish()
    return None


def sent(message: Message, provider_id: str, uncertain: bool, now: int) -> None:
    """The gateway took it, or (`uncertain`) did not answer in time."""
    state = "uncertain" if uncertain else "sent"
    with store.atomic():
        _mark(message, state=state, provider_id=provider_id, sent_at=now)
        if provider_id:
            deliveries.catch_up(message.id, provider_id, now)
        jobs.finish()


def not_sent(message_id: int, says: str, final: bool) -> None:
    """It surely did not leave: it waits for the next try, or has failed for good."""
    with store.atomic():
        message = Message.get_by_id(message_id)
        _mark(message, state="failed" if final else "waiting", says=says)


def _mark(message: Message, **change: object) -> None:
    store.change(Message, message.id, **change)
