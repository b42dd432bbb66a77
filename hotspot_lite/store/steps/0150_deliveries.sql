-- What the provider told of an SMS after it had taken it; and what it told before its
-- own answer with the id had come.
ALTER TABLE message ADD COLUMN delivery TEXT NOT NULL DEFAULT '';
ALTER TABLE message ADD COLUMN delivered_at INTEGER;
CREATE INDEX message_provider ON message (provider_id) WHERE provider_id <> '';
CREATE INDEX message_delivery ON message (campaign_id, delivery)
  WHERE campaign_id IS NOT NULL;
CREATE TABLE early_report (
  provider_id TEXT PRIMARY KEY, delivery TEXT NOT NULL, at INTEGER NOT NULL
) WITHOUT ROWID;
