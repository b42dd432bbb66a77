-- Programs that work with the box: their tokens, by hash; and whom the box calls.
CREATE TABLE api_token (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
  scope TEXT NOT NULL CHECK (scope IN ('read', 'sell', 'manage')),
  made_at INTEGER NOT NULL, made_by TEXT NOT NULL, expires_at INTEGER,
  used_at INTEGER, revoked_at INTEGER
);
CREATE TABLE webhook (
  id INTEGER PRIMARY KEY, url TEXT NOT NULL, secret TEXT NOT NULL,
  types TEXT NOT NULL, made_at INTEGER NOT NULL, made_by TEXT NOT NULL,
  seen_seq INTEGER NOT NULL, failing_since INTEGER, is_paused INTEGER NOT NULL,
  tries INTEGER NOT NULL, says TEXT NOT NULL, told_at INTEGER
);
