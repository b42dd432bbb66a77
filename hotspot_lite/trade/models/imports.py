"""Files that are read in."""

from __future__ import annotations

from peewee import AutoField, IntegerField, TextField

from hotspot_lite.trade.models.base import KeyTo, Table


class ImportRun(Table):
    """One file, looked at first (`checking`), then taken in (`running`)."""

    id = AutoField()
    kind = TextField()  # a name of `imports.KINDS`
    file_name = TextField()  # as its owner calls it
    upload = TextField()  # as it lies on the box
    state = TextField(default="checking")
    columns = TextField(default="[]")  # JSON: the heads as they stand in the file
    position = IntegerField(default=0)  # rows that are dealt with
    good = IntegerField(default=0)
    refused = IntegerField(default=0)
    says = TextField(default="")
    who = TextField()
    made_at = IntegerField()
    done_at = IntegerField(null=True)

    class Meta:
        table_name = "import_run"


class RefusedRow(Table):
    """A row that was not taken in, as it stood in the file, and why."""

    id = AutoField()
    run = KeyTo(ImportRun)
    line = IntegerField()
    cells = TextField()  # JSON
    why = TextField()

    class Meta:
        table_name = "refused_row"
