-- Who was online in the last days, without reading the sessions of years.
CREATE INDEX session_ended ON session (ended_at);
