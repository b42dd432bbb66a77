-- What staff write down of a customer; and time that staff move to another device.
CREATE TABLE customer_note (
  id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id),
  at INTEGER NOT NULL, who TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX customer_note_of ON customer_note (customer_id, id);
ALTER TABLE pairing ADD COLUMN moves INTEGER NOT NULL DEFAULT 0;
