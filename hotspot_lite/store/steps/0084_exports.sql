-- Reports that are written to files in the background, and mailed at closing time.
CREATE TABLE export (
  id INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, report TEXT NOT NULL,
  first_day TEXT NOT NULL, last_day TEXT NOT NULL,
  format TEXT NOT NULL CHECK (format IN ('csv', 'xlsx', 'pdf')),
  state TEXT NOT NULL CHECK
    (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  who TEXT NOT NULL, row_count INTEGER NOT NULL, size_bytes INTEGER NOT NULL,
  says TEXT NOT NULL, made_at INTEGER NOT NULL, done_at INTEGER
);
CREATE TABLE mailed_report (
  day TEXT NOT NULL, address TEXT NOT NULL, state TEXT NOT NULL CHECK
    (state IN ('sending', 'sent', 'failed')),
  says TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (day, address)
) WITHOUT ROWID;
