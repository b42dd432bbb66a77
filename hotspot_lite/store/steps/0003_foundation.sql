-- Money facts are only ever added, each with the hash of the one before it: who
-- changes one must change all that follow (trade/ledger.py).
CREATE TABLE money_fact (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL,
  amount_cents INTEGER NOT NULL, payment_id INTEGER REFERENCES payment,
  detail TEXT NOT NULL, who TEXT NOT NULL,
  previous TEXT NOT NULL, hash TEXT NOT NULL UNIQUE);
CREATE INDEX money_fact_payment ON money_fact (payment_id)
  WHERE payment_id IS NOT NULL;
CREATE TRIGGER money_fact_stays BEFORE UPDATE ON money_fact
  BEGIN SELECT RAISE(ABORT, 'a money fact is never changed'); END;
CREATE TRIGGER money_fact_is_kept BEFORE DELETE ON money_fact
  BEGIN SELECT RAISE(ABORT, 'a money fact is never removed'); END;
-- What is lastingly wrong, or was: an event tells only of the change.
CREATE TABLE condition (
  name TEXT PRIMARY KEY, is_wrong INTEGER NOT NULL, since INTEGER NOT NULL,
  says TEXT NOT NULL) WITHOUT ROWID;
ALTER TABLE payment ADD COLUMN provider TEXT NOT NULL DEFAULT 'mpesa';
