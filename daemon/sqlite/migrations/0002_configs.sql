-- A device's newest configuration order, also when it has ended. Its content is no part of the database.
CREATE TABLE configs (
  device     TEXT PRIMARY KEY REFERENCES devices (id),
  sha256     TEXT NOT NULL,     -- of its file, in hexadecimal
  state      INTEGER NOT NULL,
  attempt    INTEGER NOT NULL,
  orders     INTEGER NOT NULL,
  why        INTEGER NOT NULL,
  detail     TEXT NOT NULL,
  deadline   INTEGER,
  ordered_by TEXT NOT NULL,
  ordered_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
