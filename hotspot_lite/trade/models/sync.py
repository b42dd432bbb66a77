"""What goes to the accounting system, and what was said to it."""

from __future__ import annotations

from peewee import AutoField, IntegerField, TextField

from hotspot_lite.trade.models.base import Table


class SyncItem(Table):
    """One thing of ours in the accounting system; its uuid makes creating it safe."""

    id = AutoField()
    kind = TextField()  # package | sale | money
    local_id = IntegerField()  # of the plan or the payment
    sync_uuid = TextField(unique=True)
    remote_id = TextField(default="")
    state = TextField(default="pending")  # pending | processing | completed | failed
    priority = IntegerField(default=10)
    attempts = IntegerField(default=0)
    error = TextField(default="")
    hash = TextField(default="")  # of what was last written there
    made_at = IntegerField()
    done_at = IntegerField(null=True)

    class Meta:
        table_name = "sync_item"


class SyncCall(Table):
    """One request to the accounting system and its answer; no key is in it."""

    id = AutoField()
    at = IntegerField()
    method = TextField()
    path = TextField()
    status = IntegerField()  # 0: no answer
    milliseconds = IntegerField()
    sent = TextField(default="")
    got = TextField(default="")

    class Meta:
        table_name = "sync_call"
