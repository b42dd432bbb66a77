-- Pauses: time that its customer stopped has ended, and can go on: `paused_at` says so.
ALTER TABLE plan ADD COLUMN pauses INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscription ADD COLUMN pauses_left INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscription ADD COLUMN paused_at INTEGER;
CREATE INDEX subscription_paused ON subscription (customer_id) WHERE paused_at IS NOT NULL;
