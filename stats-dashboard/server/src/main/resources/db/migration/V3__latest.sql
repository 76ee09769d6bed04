-- What grows without end is read a page at a time, the newest first.
create index entity_latest on entity (kind, height);
