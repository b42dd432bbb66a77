-- Devices without a browser (`bare`): we let them in whenever the router sees them. A
-- pairing is a customer's wish to have one, by the end of its MAC.
ALTER TABLE device ADD COLUMN bare INTEGER NOT NULL DEFAULT 0;
CREATE INDEX device_bare ON device (mac) WHERE bare = 1;
CREATE TABLE pairing (
  id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id),
  digits TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',
  mac TEXT NOT NULL DEFAULT '', made_at INTEGER NOT NULL);
CREATE INDEX pairing_customer ON pairing (customer_id, made_at);
