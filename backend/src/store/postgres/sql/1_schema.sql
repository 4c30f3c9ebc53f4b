-- What is kept. Run with `search_path` set to the schema that it is to lie in.
--
-- Every time is in milliseconds since the Unix epoch, by the clock of the database.
-- Nothing here is secret but what `records.sealed` holds, and that is sealed.

-- When this store began: what it does not know of may have been minted before.
create table epoch (
    one boolean primary key default true check (one),
    since bigint not null,
    -- Which timeline the database was on. Null: it does not say, or loses nothing.
    timeline text,
    -- When another one was met last.
    anew bigint
);

-- When somebody last looked after the leases, and until when nothing lapses.
create table watch (
    one boolean primary key default true check (one),
    watched_at bigint not null,
    grace_until bigint not null default 0
);

-- Page lives: whose they are, what is withdrawn of them, and their leases.
create table sessions (
    session text collate "C" primary key,
    -- Null: nothing is known of it but that it is withdrawn.
    user_name text collate "C",
    sign_in text collate "C",
    -- Null: it keeps no lease.
    lease_ends_at bigint,
    is_told boolean not null default false,
    said text not null default '',
    recalls text[] not null default '{}',
    version bigint not null default 0,
    -- Until when nothing is minted for it.
    withdrawn_until bigint not null default 0,
    -- By the names of requests: until when nothing is minted for these.
    withdrawn_ids jsonb not null default '{}',
    -- Until when a token may be alive that was minted and then lost: whoever had it minted has
    -- died of it, or has heard no answer.
    lost_until bigint not null default 0,
    -- The latest of the three, or 0: until then this row is of use without any record.
    remembered_until bigint not null default 0
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

create index sessions_of_user on sessions (user_name, session) where user_name is not null;
create index sessions_of_sign_in on sessions (sign_in, session) where sign_in is not null;
create index leases_of_sign_in on sessions (sign_in) where lease_ends_at is not null;
create index leases_by_end on sessions (lease_ends_at, session) where lease_ends_at is not null;
create index sessions_by_end on sessions (remembered_until) where remembered_until > 0;

-- Tokens: being minted, alive, due, dead. `home` is the page life that it was minted for,
-- or ':' and the key where there is none. Everything that looks for a record knows its
-- home, so this table can be partitioned by hash of it.
create table records (
    home text collate "C" not null,
    key text collate "C" not null,
    -- The name of the request within its page life; null where it has no place there, and
    -- ends for itself.
    id text collate "C",
    user_name text collate "C",
    sign_in text collate "C",
    asks_for bytea,
    -- Whether somebody has named the token without any proof that it is one.
    is_unknown boolean not null default false,
    -- 0: being minted, 1: being minted and withdrawn, 2: alive, 3: due, 4: dead.
    stage smallint not null,
    sealed bytea not null default '',
    token bytea,
    handle bytea,
    -- When the token expires; while it is minted, when that must be over.
    expires_at bigint not null,
    -- Of what is minted: for how long its token may live where nobody knows what became of it.
    lost bigint not null default 0,
    -- Of what is due: when it may be claimed again; null if it may at once. Of what is
    -- unknown: since when it may be claimed, or when again.
    ready_at bigint,
    attempts integer not null default 0,
    reason text collate "C",
    primary key (home, key)
);

alter table records set (autovacuum_vacuum_scale_factor = 0.05);
create unique index records_by_id on records (home, id) where id is not null;
create index records_by_end on records (expires_at);
create index records_ready on records (is_unknown, expires_at desc, key)
    where stage = 3 and ready_at is null;
create index records_later on records (ready_at)
    where stage = 3 and ready_at is not null and not is_unknown;
create index records_unknown on records (ready_at, key) where stage = 3 and is_unknown;

-- Finds a record by its token or handle: SHA-256. Can be partitioned by hash of that.
create table names (
    fingerprint bytea not null,
    is_handle boolean not null,
    home text collate "C" not null,
    key text collate "C" not null,
    primary key (fingerprint, is_handle)
);

-- How much may be claimed: `room` in ten-thousandths.
create table budgets (
    is_unknown boolean primary key,
    room bigint not null,
    since bigint not null
) with (fillfactor = 50);

-- How many page lives nothing is known of, and how many unknown tokens there are, as sums
-- over all rows: each transaction counts in a row that no other one has.
create table tallies (
    slot bigint generated always as identity primary key,
    strangers bigint not null default 0,
    unknown bigint not null default 0
) with (fillfactor = 50);

-- For which page lives word was left, the last 10,000 times. The number is drawn under
-- the lock of `told_head`, so that they are seen in their order.
create table told_head (
    one boolean primary key default true check (one),
    number bigint not null
);
create table told (
    number bigint primary key,
    session text collate "C" not null
);

-- One token to end.
create type work as (
    key text,
    sealed bytea,
    attempts integer,
    expires_in bigint,
    reason text,
    user_name text,
    sign_in text,
    session text,
    is_unknown boolean
);
