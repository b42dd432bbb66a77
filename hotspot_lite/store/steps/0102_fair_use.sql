-- Fair use: after so much data in a day or month, or in all, a slower speed. `rate` is
-- the speed of now, which RADIUS and the mirror read; `full_rate` what was bought, while
-- that is another.
ALTER TABLE plan ADD COLUMN fair TEXT NOT NULL DEFAULT '';
ALTER TABLE subscription ADD COLUMN fair TEXT NOT NULL DEFAULT '';
ALTER TABLE subscription ADD COLUMN full_rate TEXT NOT NULL DEFAULT '';
CREATE INDEX subscription_fair ON subscription (id) WHERE fair <> '' AND ended_at IS NULL;
