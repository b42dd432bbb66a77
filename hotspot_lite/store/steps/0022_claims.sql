-- Receipts that somebody at the portal says to have paid; each serves one device.
CREATE TABLE claim (
  receipt TEXT PRIMARY KEY, mac TEXT NOT NULL, ip TEXT NOT NULL,
  login_url TEXT NOT NULL, payment_id INTEGER REFERENCES payment,
  made_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX claim_wanted ON claim (made_at) WHERE payment_id IS NULL;
CREATE INDEX claim_payment ON claim (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX message_phone ON message (phone, made_at);
