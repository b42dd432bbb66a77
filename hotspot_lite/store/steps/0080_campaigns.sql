-- Messages to many: whom, what, how far; and who wants none.
CREATE TABLE campaign (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, audience TEXT NOT NULL,
  search TEXT NOT NULL, channel TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
  subject TEXT NOT NULL, text TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('sending', 'cancelled', 'done')),
  who TEXT NOT NULL, made_at INTEGER NOT NULL, done_at INTEGER
);
ALTER TABLE message ADD COLUMN campaign_id INTEGER REFERENCES campaign;
ALTER TABLE message ADD COLUMN channel TEXT NOT NULL DEFAULT 'sms';
CREATE INDEX message_campaign ON message (campaign_id, state)
  WHERE campaign_id IS NOT NULL;
CREATE TABLE opted_out (
  address TEXT PRIMARY KEY, at INTEGER NOT NULL, how TEXT NOT NULL
) WITHOUT ROWID;
ALTER TABLE customer ADD COLUMN email TEXT NOT NULL DEFAULT '';
