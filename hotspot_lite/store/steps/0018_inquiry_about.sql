-- Of an order whose result never came, M-Pesa is asked by the name that it gave it.
ALTER TABLE inquiry ADD COLUMN about TEXT NOT NULL DEFAULT '';
CREATE INDEX inquiry_refund_any ON inquiry (refund_id) WHERE refund_id IS NOT NULL;
