-- How often one of a message to many was handed to the gateway: who was tried least
-- goes first, and nobody is tried for ever.
ALTER TABLE message ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
