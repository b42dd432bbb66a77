-- Files that are read in: how far, and what was refused with why.
CREATE TABLE import_run (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, file_name TEXT NOT NULL,
  upload TEXT NOT NULL, state TEXT NOT NULL CHECK
    (state IN ('checking', 'checked', 'running', 'done', 'failed', 'cancelled')),
  columns TEXT NOT NULL, position INTEGER NOT NULL, good INTEGER NOT NULL,
  refused INTEGER NOT NULL, says TEXT NOT NULL, who TEXT NOT NULL,
  made_at INTEGER NOT NULL, done_at INTEGER
);
CREATE TABLE refused_row (
  id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES import_run,
  line INTEGER NOT NULL, cells TEXT NOT NULL, why TEXT NOT NULL
);
CREATE INDEX refused_row_run ON refused_row (run_id, line);
