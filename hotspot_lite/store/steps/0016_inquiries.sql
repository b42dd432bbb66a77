-- What Daraja is asked now and answers later, each at an address of its own.
CREATE TABLE inquiry (
  id INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, token_hash TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('status', 'reversal')),
  receipt TEXT NOT NULL CHECK (receipt <> ''), payment_id INTEGER REFERENCES payment,
  refund_id INTEGER REFERENCES refund,
  state TEXT NOT NULL CHECK
    (state IN ('asked', 'uncertain', 'sent', 'answered', 'refused')),
  conversation TEXT NOT NULL, code TEXT NOT NULL, says TEXT NOT NULL,
  asked_at INTEGER NOT NULL, sent_at INTEGER, answered_at INTEGER);
CREATE INDEX inquiry_receipt ON inquiry (receipt, asked_at);
CREATE INDEX inquiry_payment ON inquiry (payment_id) WHERE payment_id IS NOT NULL;
CREATE UNIQUE INDEX inquiry_refund ON inquiry (refund_id)
  WHERE kind = 'reversal';
CREATE TABLE inquiry_body (
  id INTEGER PRIMARY KEY, inquiry_id INTEGER NOT NULL REFERENCES inquiry,
  digest TEXT NOT NULL, body BLOB NOT NULL, is_timeout INTEGER NOT NULL,
  peer TEXT NOT NULL, received_at INTEGER NOT NULL, verdict TEXT NOT NULL);
CREATE UNIQUE INDEX inquiry_body_once ON inquiry_body (inquiry_id, digest);
