-- What somebody asked for on a page and the worker does: looking at the router, fitting
-- it, testing it, examining the box; with what came of it, as JSON without a secret.
CREATE TABLE errand (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, who TEXT NOT NULL, at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  done_at INTEGER, outcome TEXT NOT NULL
);
CREATE INDEX errand_newest ON errand (kind, id);
