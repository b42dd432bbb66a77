-- Money facts without what nothing looks up: the hash before a fact is that of the
-- row before, and rows that are never removed need no AUTOINCREMENT. Two pages less
-- for each write of the hot path; the hashes stay as they are.
CREATE TABLE money_fact_new (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL,
  amount_cents INTEGER NOT NULL, payment_id INTEGER REFERENCES payment,
  detail TEXT NOT NULL, who TEXT NOT NULL, hash TEXT NOT NULL);
INSERT INTO money_fact_new
  SELECT id, at, kind, amount_cents, payment_id, detail, who, hash FROM money_fact;
DROP TABLE money_fact;
ALTER TABLE money_fact_new RENAME TO money_fact;
CREATE INDEX money_fact_payment ON money_fact (payment_id)
  WHERE payment_id IS NOT NULL;
CREATE TRIGGER money_fact_stays BEFORE UPDATE ON money_fact
  BEGIN SELECT RAISE(ABORT, 'a money fact is never changed'); END;
CREATE TRIGGER money_fact_is_kept BEFORE DELETE ON money_fact
  BEGIN SELECT RAISE(ABORT, 'a money fact is never removed'); END;
-- What each audit came to. `facts` and `head` anchor the chain: a later audit finds
-- the same fact with the same hash, or somebody has cut or rewritten the ledger.
CREATE TABLE money_audit (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, by_whom TEXT NOT NULL,
  wrong INTEGER NOT NULL, says TEXT NOT NULL, facts INTEGER NOT NULL,
  head TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX money_audit_at ON money_audit (at);
