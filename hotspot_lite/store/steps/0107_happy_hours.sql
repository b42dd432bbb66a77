-- Happy hours: another speed at certain hours of the day. Written as `fair` is.
ALTER TABLE plan ADD COLUMN happy TEXT NOT NULL DEFAULT '';
ALTER TABLE subscription ADD COLUMN happy TEXT NOT NULL DEFAULT '';
CREATE INDEX subscription_speeds ON subscription (id)
  WHERE (fair <> '' OR happy <> '') AND ended_at IS NULL;
