-- Money paid to the paybill or till by hand, as Safaricom tells of it (C2B).
CREATE TABLE transfer (
  id INTEGER PRIMARY KEY, receipt TEXT NOT NULL UNIQUE CHECK (receipt <> ''),
  amount_cents INTEGER NOT NULL CHECK (amount_cents > 0), account TEXT NOT NULL,
  phone_hash TEXT NOT NULL, phone_hint TEXT NOT NULL, payer TEXT NOT NULL,
  state TEXT NOT NULL CHECK
    (state IN ('new', 'matched', 'open', 'refunded', 'written-off')),
  payment_id INTEGER UNIQUE REFERENCES payment, received_at INTEGER NOT NULL);
CREATE INDEX transfer_open ON transfer (received_at) WHERE state IN ('new', 'open');
CREATE TABLE transfer_body (
  id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, body BLOB NOT NULL,
  peer TEXT NOT NULL, received_at INTEGER NOT NULL, verdict TEXT NOT NULL);
-- The exceptions list: what it is about, how much, and what a person made of it.
ALTER TABLE undecided ADD COLUMN transfer_id INTEGER REFERENCES transfer;
ALTER TABLE undecided ADD COLUMN amount_cents INTEGER;
ALTER TABLE undecided ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE undecided ADD COLUMN resolution TEXT NOT NULL DEFAULT '';
ALTER TABLE undecided ADD COLUMN resolved_by TEXT NOT NULL DEFAULT '';
ALTER TABLE undecided ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE INDEX undecided_open ON undecided (at) WHERE resolved_at IS NULL;
CREATE UNIQUE INDEX undecided_transfer ON undecided (transfer_id, kind)
  WHERE resolved_at IS NULL AND transfer_id IS NOT NULL;
CREATE UNIQUE INDEX undecided_subject ON undecided (subject, kind)
  WHERE resolved_at IS NULL AND subject <> '';
