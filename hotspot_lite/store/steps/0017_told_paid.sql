-- Payments that a callback calls paid and that wait for M-Pesa's second word.
CREATE TABLE told_paid (
  payment_id INTEGER PRIMARY KEY REFERENCES payment,
  checkout_request_id TEXT NOT NULL, receipt TEXT, told_at INTEGER NOT NULL,
  ended_at INTEGER, came_to TEXT NOT NULL);
CREATE INDEX told_paid_open ON told_paid (told_at) WHERE ended_at IS NULL;
