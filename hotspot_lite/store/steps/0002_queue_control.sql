-- What an operator sets and sees of the queue. A `batch_id` points to no row once a
-- batch is pruned, so it references nothing.
CREATE TABLE lane_setting (
  lane TEXT PRIMARY KEY, workers INTEGER, tries INTEGER, backoff_seconds TEXT,
  timeout_seconds INTEGER, is_paused INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE job_batch (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, then_name TEXT,
  then_args TEXT NOT NULL, total INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
  is_closed INTEGER NOT NULL DEFAULT 0, is_cancelled INTEGER NOT NULL DEFAULT 0,
  made_at REAL NOT NULL, finished_at REAL);
CREATE TABLE periodic_run (
  name TEXT PRIMARY KEY, minute INTEGER NOT NULL) WITHOUT ROWID;
ALTER TABLE job ADD COLUMN batch_id INTEGER;
ALTER TABLE job ADD COLUMN retry_of INTEGER;
ALTER TABLE job ADD COLUMN exceptions INTEGER NOT NULL DEFAULT 0;
CREATE INDEX job_batch_id ON job (batch_id) WHERE batch_id IS NOT NULL;
ALTER TABLE failed_job ADD COLUMN succeeded_at REAL;
