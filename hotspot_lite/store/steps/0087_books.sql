-- What goes to the accounting system: a row per thing, and what was said to it.
CREATE TABLE sync_item (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL
    CHECK (kind IN ('package', 'sale', 'money')),
  local_id INTEGER NOT NULL, sync_uuid TEXT NOT NULL UNIQUE, remote_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK
    (state IN ('pending', 'processing', 'completed', 'failed')),
  priority INTEGER NOT NULL, attempts INTEGER NOT NULL, error TEXT NOT NULL,
  hash TEXT NOT NULL, made_at INTEGER NOT NULL, done_at INTEGER,
  UNIQUE (kind, local_id)
);
CREATE INDEX sync_item_open ON sync_item (priority DESC, attempts, id)
  WHERE state IN ('pending', 'processing');
CREATE TABLE sync_call (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, method TEXT NOT NULL,
  path TEXT NOT NULL, status INTEGER NOT NULL, milliseconds INTEGER NOT NULL,
  sent TEXT NOT NULL, got TEXT NOT NULL
);
