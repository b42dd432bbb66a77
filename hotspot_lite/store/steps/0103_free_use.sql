-- Free packages: each device has one of them a day (the place's date).
CREATE TABLE free_use (
  day TEXT NOT NULL, mac TEXT NOT NULL,
  subscription_id INTEGER NOT NULL UNIQUE REFERENCES subscription (id),
  PRIMARY KEY (day, mac)) WITHOUT ROWID;
