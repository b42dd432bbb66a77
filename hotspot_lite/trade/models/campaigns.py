"""Messages to many, and who wants none."""

from __future__ import annotations

from peewee import AutoField, IntegerField, TextField

from hotspot_lite.trade.models.base import Table


class Campaign(Table):
    """One text to many; what became of each is in the messages."""

    id = AutoField()
    name = TextField()
    audience = TextField()  # a name of `audiences.AUDIENCES`
    search = TextField(default="")  # what was searched for, or the package
    channel = TextField()  # sms | email
    subject = TextField(default="")  # of an e-mail
    text = TextField()  # with its {words}
    state = TextField(default="sending")  # sending | cancelled | done
    who = TextField()
    made_at = IntegerField()
    done_at = IntegerField(null=True)


class OptedOut(Table):
    """A phone number or e-mail address that gets no messages to many."""

    address = TextField(primary_key=True)
    at = IntegerField()
    how = TextField()  # "link", or who of the staff

    class Meta:
        table_name = "opted_out"
