"""Reports that are written to files, and those that are mailed."""

from __future__ import annotations

from peewee import AutoField, CompositeKey, IntegerField, TextField

from hotspot_lite.trade.models.base import Table


class Export(Table):
    """A report asked for as a file; the file is named by `ref`."""

    id = AutoField()
    ref = TextField(unique=True)  # in its address, unguessable
    report = TextField()  # a name of `reports.REPORTS`
    first_day = TextField()  # the place's dates, 2026-11-26
    last_day = TextField()
    format = TextField()  # csv | xlsx | pdf
    state = TextField(default="waiting")  # waiting | running | done | failed | …
    who = TextField()
    row_count = IntegerField(default=0)  # written so far
    size_bytes = IntegerField(default=0)
    says = TextField(default="")  # what went wrong
    made_at = IntegerField()
    done_at = IntegerField(null=True)


class MailedReport(Table):
    """The takings of a day, mailed to an address: once."""

    day = TextField()
    address = TextField()
    state = TextField()  # sending | sent | failed
    says = TextField(default="")
    at = IntegerField()

    class Meta:
        table_name = "mailed_report"
        primary_key = CompositeKey("day", "address")
