-- What the operations share. These are not called from outside.
--
-- Where a record is looked up by its key, its end is compared as `expires_at - t > 0`, so that
-- no plan takes the index of the ends instead of the key.
--
-- The order of locks, which keeps two operations from waiting for each other: one page
-- life (more only where nobody else's are waited for, or in the order of their names);
-- records, in the order of their keys; `told_head`; `budgets`.

-- The clock of the store, in milliseconds: that of the database. A test gives the time.
create function now_at(p_clock bigint) returns bigint
language sql volatile as $$
    select coalesce(p_clock, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
$$;

-- The timeline that the database writes: another one as soon as a standby has taken over, or a
-- backup was brought back. Null where it does not say, as under other names of its functions.
create function timeline() returns text
language plpgsql volatile as $$
begin
    return left(pg_walfile_name(pg_current_wal_lsn()), 8);
exception when others then
    return null;
end
$$;

-- Goes back no further than to now where that is another one than the last time: what was
-- told last may be missing.
create function meet(p_clock bigint) returns void
language plpgsql volatile as $$
declare
    met constant text := timeline();
    t constant bigint := now_at(p_clock);
begin
    update epoch set timeline = met, since = t, anew = t where timeline <> met;
end
$$;

-- Begins the store. `p_is_first` says that nothing was minted before.
create function downscope_found(p_is_first boolean, p_clock bigint default null) returns void
language plpgsql
set search_path from current
as $$
declare
    t constant bigint := now_at(p_clock);
begin
    insert into epoch (since, timeline) values (case when p_is_first then 0 else t end, timeline())
    on conflict do nothing;
    perform meet(p_clock);
    insert into watch (watched_at) values (t) on conflict do nothing;
    insert into told_head (number) values (0) on conflict do nothing;
end
$$;

-- This transaction does not wait until it is on the disk: what a crash would undo of it is
-- done once more, and that does no harm.
create function need_not_last() returns void
language plpgsql as $$
begin
    perform set_config('synchronous_commit', 'off', true);
end
$$;

-- Where a record is kept.
create function home_of(p_session text, p_key text) returns text
language sql immutable as $$
    select coalesce(p_session, ':' || p_key)
$$;

create function homes_of(p_sessions text[], p_keys text[]) returns text[]
language sql immutable as $$
    select array_agg(home_of(x.session, x.key) order by x.place)
    from unnest(p_sessions, p_keys) with ordinality x (session, key, place)
$$;

-- Counts page lives that nothing is known of, and unknown tokens. Waits for nobody.
create function tally(p_strangers bigint, p_unknown bigint) returns void
language plpgsql as $$
declare
    free bigint;
begin
    if p_strangers = 0 and p_unknown = 0 then
        return;
    end if;
    select slot into free from tallies order by slot limit 1 for update skip locked;
    if free is null then
        insert into tallies (strangers, unknown) values (p_strangers, p_unknown);
    else
        update tallies
        set strangers = strangers + p_strangers, unknown = unknown + p_unknown
        where slot = free;
    end if;
end
$$;

-- Whether it is due, and nobody has claimed it.
create function is_ready(r records, t bigint) returns boolean
language sql immutable as $$
    select r.stage = 3 and (r.ready_at is null or r.ready_at <= t)
$$;

-- Locks these records in the order of all. A single one has no order: what is done to it
-- locks it.
create function lock_records(p_homes text[], p_keys text[]) returns void
language plpgsql as $$
begin
    if cardinality(p_keys) > 1 then
        perform from records r
        join unnest(p_homes, p_keys) x (home, key) on r.home = x.home and r.key = x.key
        order by r.key for update of r;
    end if;
end
$$;

-- Takes these off the record, with their names.
create function remove_records(p_homes text[], p_keys text[]) returns void
language plpgsql as $$
declare
    unknowns bigint;
begin
    perform lock_records(p_homes, p_keys);
    with gone as (
        delete from records r using unnest(p_homes, p_keys) x (home, key)
        where r.home = x.home and r.key = x.key
        returning r.key, r.token, r.handle, r.is_unknown
    ), nameless as (
        delete from names n using (
            select token as fingerprint, false as is_handle, key from gone where token is not null
            union all
            select handle, true, key from gone where handle is not null
        ) g
        where n.fingerprint = g.fingerprint and n.is_handle = g.is_handle and n.key = g.key
    )
    select count(*) filter (where is_unknown) into unknowns from gone;
    perform tally(0, -unknowns);
end
$$;

-- Locks a page life, after which it is time to look at the clock, and sees to what time has
-- done to it: what has expired of it goes, and so does it, once it is of no use. Null if
-- there is none.
create function turn(p_session text, p_clock bigint) returns sessions
language plpgsql as $$
declare
    t bigint;
    s sessions;
    left_over bigint;
    expired text[];
    may_live_until bigint;
begin
    select * into s from sessions where session = p_session for update;
    if not found then
        return null;
    end if;
    t := now_at(p_clock);
    select
        count(*) filter (where expires_at > t),
        array_agg(key) filter (where expires_at <= t),
        max(expires_at + lost) filter (where expires_at <= t and stage in (0, 1))
    into left_over, expired, may_live_until
    from records where home = p_session and id is not null;
    if expired is not null then
        perform remove_records(array_fill(p_session, array[cardinality(expired)]), expired);
    end if;
    if may_live_until is not null then
        -- Whoever minted it has died or hangs, and what became of it nobody knows.
        update sessions
        set lost_until = greatest(lost_until, may_live_until),
            remembered_until = greatest(remembered_until, may_live_until)
        where session = p_session
        returning * into s;
    end if;
    if left_over = 0 and s.lease_ends_at is null and s.remembered_until <= t then
        delete from sessions where session = p_session;
        if s.sign_in is null then
            perform tally(-1, 0);
        end if;
        return null;
    end if;
    return s;
end
$$;

-- Takes away what has expired, up to `p_most` of each kind, and passes over what somebody
-- else works on. The answer is how much it was.
create function sweep(p_most bigint, t bigint) returns bigint
language plpgsql as $$
declare
    homes text[];
    keys text[];
    name text;
    swept bigint := 0;
    s sessions;
begin
    select array_agg(home), array_agg(key) into homes, keys from (
        select home, key from records where expires_at <= t and id is null
        order by expires_at limit p_most for update skip locked
    ) x;
    if keys is not null then
        perform remove_records(homes, keys);
        swept := cardinality(keys);
    end if;
    for name in
        select session from sessions where session in (
            select home from records where expires_at <= t and id is not null
            order by expires_at limit p_most
        )
        for update skip locked
    loop
        perform turn(name, t);
        swept := swept + 1;
    end loop;
    for name in
        select session from sessions where remembered_until > 0 and remembered_until <= t
        order by remembered_until limit p_most for update skip locked
    loop
        s := turn(name, t);
        if s.remembered_until <= t then
            update sessions set remembered_until = 0, withdrawn_ids = '{}' where session = name;
        end if;
        swept := swept + 1;
    end loop;
    return swept;
end
$$;

-- Ends these records: due if the token is out, withdrawn if it is being minted, which then
-- has `p_minting` from now. The answer is how much became due.
create function end_records(
    p_homes text[], p_keys text[], p_reason text, p_minting bigint, t bigint
) returns bigint
language plpgsql as $$
declare
    due bigint;
begin
    perform lock_records(p_homes, p_keys);
    with ended as (
        update records r
        set stage = case when r.stage = 2 then 3 else 1 end,
            reason = coalesce(r.reason, p_reason),
            -- Whoever waits for its end must not take the end of its time for that.
            expires_at = case
                when r.stage = 2 then r.expires_at else greatest(r.expires_at, t + p_minting)
            end
        from unnest(p_homes, p_keys) x (home, key)
        where r.home = x.home and r.key = x.key and r.stage in (0, 1, 2)
            and r.expires_at - t > 0
        returning r.stage
    )
    select count(*) filter (where stage = 3) into due from ended;
    return due;
end
$$;

-- Ends what was or is being minted for these page lives, which the caller has locked; of
-- it, only these requests, if `p_ids` is not null. The answer is how much became due.
create function end_all(p_sessions text[], p_ids text[], p_reason text, t bigint) returns bigint
language plpgsql as $$
declare
    homes text[];
    keys text[];
begin
    select array_agg(home), array_agg(key) into homes, keys from records
    where home = any (p_sessions) and id is not null and (p_ids is null or id = any (p_ids))
        and stage in (0, 1, 2) and expires_at - t > 0;
    if keys is null then
        return 0;
    end if;
    return end_records(homes, keys, p_reason, 30000, t);
end
$$;

-- Leaves word that there is word for these page lives.
create function tell(p_sessions text[]) returns void
language plpgsql as $$
declare
    last bigint;
begin
    update told_head set number = number + cardinality(p_sessions) returning number into last;
    insert into told (number, session)
    select last - cardinality(p_sessions) + x.place, x.session
    from unnest(p_sessions) with ordinality x (session, place);
    delete from told where number <= last - 10000;
end
$$;
