-- The schema that all migrations together give: for reading, and for the test that compares the two.
PRAGMA application_id = 1179406164;  -- "FLOT"

-- One row: what a restart needs beside the rows.
CREATE TABLE meta (
  id           INTEGER PRIMARY KEY CHECK (id = 1),
  judging      INTEGER NOT NULL,
  next_attempt INTEGER NOT NULL,
  next_rollout INTEGER NOT NULL
) STRICT;

CREATE TABLE devices (
  id                 TEXT PRIMARY KEY,
  labels             TEXT NOT NULL,     -- name=value lines; backslash, newline and = are escaped
  announced_hardware TEXT NOT NULL,
  first_seen_at      INTEGER NOT NULL,
  last_heard_at      INTEGER NOT NULL,
  last_heard_judging INTEGER NOT NULL,
  present            INTEGER NOT NULL,
  online             INTEGER NOT NULL,
  sequence           INTEGER NOT NULL,
  heartbeat          BLOB NOT NULL,     -- the last one: flotilla.v1.Heartbeat
  running_version    TEXT NOT NULL,     -- from it, for people who look in here
  update_state       INTEGER NOT NULL   -- likewise
) STRICT, WITHOUT ROWID;

-- The order in force, at most one a device.
CREATE TABLE orders (
  device                TEXT PRIMARY KEY REFERENCES devices (id),
  kind                  INTEGER NOT NULL,
  attempt               INTEGER NOT NULL,
  rollout               INTEGER NOT NULL,
  release               TEXT NOT NULL,
  sequence              INTEGER NOT NULL,
  trust_version         INTEGER NOT NULL,
  issued_at             INTEGER NOT NULL,
  expires_at            INTEGER NOT NULL,
  download_seconds      INTEGER NOT NULL,
  trial_boots           INTEGER NOT NULL,
  trial_seconds         INTEGER NOT NULL,
  trial_maximum_seconds INTEGER NOT NULL,
  accepted              INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE TABLE releases (
  version         TEXT PRIMARY KEY,
  manifest        BLOB NOT NULL,        -- flotilla.v1.Manifest
  signed_manifest BLOB NOT NULL,        -- flotilla.v1.Signed around it, as devices get it
  added_at        INTEGER NOT NULL,
  added_by        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rollouts (
  id                    INTEGER PRIMARY KEY,
  release               TEXT NOT NULL REFERENCES releases (version),
  state                 INTEGER NOT NULL,
  reason                INTEGER NOT NULL,
  reason_text           TEXT NOT NULL,
  open_wave             INTEGER NOT NULL,
  targets               INTEGER NOT NULL,
  created_at            INTEGER NOT NULL,
  ended_at              INTEGER NOT NULL,
  created_by            TEXT NOT NULL,
  waves                 TEXT NOT NULL,  -- cumulative sizes: 1,10%,100%
  success_percent       INTEGER NOT NULL,
  failure_limit         INTEGER NOT NULL,
  soak_seconds          INTEGER NOT NULL,
  offline_seconds       INTEGER NOT NULL,
  accept_seconds        INTEGER NOT NULL,
  progress_seconds      INTEGER NOT NULL,
  silent_seconds        INTEGER NOT NULL,
  order_seconds         INTEGER NOT NULL,
  download_seconds      INTEGER NOT NULL,
  trial_boots           INTEGER NOT NULL,
  trial_seconds         INTEGER NOT NULL,
  trial_maximum_seconds INTEGER NOT NULL,
  at_once               INTEGER NOT NULL
) STRICT;

CREATE TABLE members (
  rollout          INTEGER NOT NULL REFERENCES rollouts (id),
  device           TEXT NOT NULL REFERENCES devices (id),
  rank             INTEGER NOT NULL,
  state            INTEGER NOT NULL,
  why              INTEGER NOT NULL,
  skip             INTEGER NOT NULL,
  detail           TEXT NOT NULL,
  attempt          INTEGER NOT NULL,
  attempts         INTEGER NOT NULL,
  deadline         INTEGER,
  previous_version TEXT NOT NULL,
  changed_at       INTEGER NOT NULL,
  PRIMARY KEY (rollout, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE history (
  id      INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  actor   TEXT NOT NULL,
  device  TEXT NOT NULL,                -- empty: not about a device
  rollout INTEGER NOT NULL,             -- 0: not about a rollout
  event   TEXT NOT NULL,
  text    TEXT NOT NULL
) STRICT;
CREATE INDEX history_by_device ON history (device, id);
CREATE INDEX history_by_rollout ON history (rollout, id);

-- Devices whose newest command the broker has not acknowledged yet.
CREATE TABLE outbox (
  device TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
