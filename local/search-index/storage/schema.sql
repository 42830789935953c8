-- One file per application. Each index has a table of records (`records_<id>`) of its own, made by record-table.ts, so
-- that a move is a change of name and a deletion drops a table.
create table if not exists counters (
  name text primary key,
  value integer not null
) without rowid;

create table if not exists indexes (
  id integer primary key autoincrement,
  name text not null unique,
  created_at text not null,
  updated_at text not null,
  records integer not null default 0,
  bytes integer not null default 0,
  -- Every write of a record takes a new number; full text is up to date up to full_text_seq.
  next_seq integer not null default 1,
  full_text_seq integer not null default 0,
  full_text_rows integer not null default 0,
  settings text not null default '{}'
);

create table if not exists companions (
  index_id integer not null,
  kind text not null,
  object_id text not null,
  body text not null,
  primary key (index_id, kind, object_id)
) without rowid;

-- Writes that were accepted and are not published yet, as structured clones of Write.
create table if not exists pending (
  task_id integer primary key,
  due_at integer not null,
  write blob not null
);
