-- Money that goes back: asked for, sent, and what became of it. Whole refunds are one
-- for each payment or transfer: what was given back can't be given back again.
CREATE TABLE refund (
  id INTEGER PRIMARY KEY, payment_id INTEGER REFERENCES payment,
  transfer_id INTEGER REFERENCES transfer,
  amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
  way TEXT NOT NULL CHECK (way IN ('mpesa', 'hand', 'told')),
  state TEXT NOT NULL CHECK
    (state IN ('asked', 'uncertain', 'sent', 'done', 'failed')),
  is_whole INTEGER NOT NULL, receipt TEXT NOT NULL, says TEXT NOT NULL,
  who TEXT NOT NULL, why TEXT NOT NULL, asked_at INTEGER NOT NULL,
  sent_at INTEGER, done_at INTEGER,
  CHECK (payment_id IS NOT NULL OR transfer_id IS NOT NULL));
CREATE INDEX refund_payment ON refund (payment_id);
CREATE UNIQUE INDEX refund_whole ON refund (payment_id)
  WHERE is_whole = 1 AND state <> 'failed' AND payment_id IS NOT NULL;
CREATE UNIQUE INDEX refund_transfer ON refund (transfer_id)
  WHERE state <> 'failed' AND transfer_id IS NOT NULL;
CREATE INDEX refund_open ON refund (asked_at)
  WHERE state IN ('asked', 'uncertain', 'sent');
