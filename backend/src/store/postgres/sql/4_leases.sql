-- Which page lives were heard, and which have fallen silent.

-- Whether nobody could be heard lately.
create function is_grace(t bigint, p_term bigint, p_watch_gap bigint) returns boolean
language plpgsql as $$
declare
    w watch;
begin
    select * into w from watch;
    if t - w.watched_at > p_watch_gap then
        update watch set grace_until = t + p_term, watched_at = t
        where t - watched_at > p_watch_gap;
        select * into w from watch;
    end if;
    return t < w.grace_until;
end
$$;

-- Ends the leases of these page lives, which the caller has locked, and all that was minted
-- for them. The answer is how much became due.
create function end_leases(p_sessions text[], t bigint) returns bigint
language plpgsql as $$
begin
    update sessions
    set lease_ends_at = null, is_told = false, said = '', recalls = '{}', version = 0
    where session = any (p_sessions);
    return end_all(p_sessions, null, 'lapsed', t);
end
$$;

-- One that comes too late must not revive what has lapsed. The answer is what is left of
-- the page life.
create function lapse_late(s sessions, t bigint, p_term bigint, p_watch_gap bigint)
returns sessions
language plpgsql as $$
begin
    if is_grace(t, p_term, p_watch_gap) or s.lease_ends_at is null or s.lease_ends_at > t then
        return s;
    end if;
    perform end_leases(array[s.session], t);
    return turn(s.session, t);
end
$$;

-- A page life passes on to another sign-in: what was minted for the former ends.
create function pass_on(s sessions, p_user text, p_sign_in text, t bigint) returns sessions
language plpgsql as $$
declare
    passed sessions;
begin
    update sessions
    set user_name = p_user, sign_in = p_sign_in,
        -- Whatever it was told was the former's; all that it has was so too.
        said = '',
        recalls = case when lease_ends_at is null then '{}' else array['"all"'] end,
        version = case when lease_ends_at is null then 0 else version + 1 end
    where session = s.session
    returning * into passed;
    perform end_all(array[s.session], null, 'logout', t);
    if s.lease_ends_at is not null then
        perform tell(array[s.session]);
    end if;
    return passed;
end
$$;

-- Whether there are so many, of a few; of many, whether there were when they were counted
-- last (by `analyze`, which autovacuum does now and then): that bound is a coarse one.
create function is_full(p_table regclass, p_most bigint, t bigint) returns boolean
language plpgsql as $$
declare
    many bigint;
begin
    if p_most > 1000 then
        select sum(greatest(c.reltuples, 0)) into many
        from (
            select p_table::oid as oid
            union all
            select inhrelid from pg_inherits where inhparent = p_table
        ) x
        join pg_class c on c.oid = x.oid;
    elsif p_table = 'records'::regclass then
        select count(*) into many from (
            select from records where expires_at > t limit p_most
        ) x;
    else
        select count(*) into many from (
            select from sessions where lease_ends_at is not null limit p_most
        ) x;
    end if;
    return many >= p_most;
end
$$;

-- Whether one more page life of this sign-in may keep a lease.
create function has_room_for_lease(p_sign_in text, p_of_sign_in bigint, p_in_all bigint, t bigint)
returns boolean
language plpgsql as $$
begin
    return (
        select count(*) < p_of_sign_in from (
            select from sessions where sign_in = p_sign_in and lease_ends_at is not null
            limit p_of_sign_in
        ) x
    ) and not is_full('sessions', p_in_all, t);
end
$$;

-- Hears a page life. Its sign 'begins' a lease, or only 'renews' one that is there, or
-- only 'looks' whose the page life is.
create function downscope_heartbeat(
    p_session text, p_user text, p_sign_in text, p_takes_over boolean, p_term bigint,
    p_sign text, p_records bigint, p_leases_per_sign_in bigint, p_watch_gap bigint,
    p_clock bigint default null,
    out outcome text, out user_name text, out sign_in text,
    out is_first boolean, out said text, out recalls text[], out version bigint
)
language plpgsql
set search_path from current
as $$
#variable_conflict use_column
declare
    t bigint;
    s sessions;
begin
    loop
        s := turn(p_session, p_clock);
        t := now_at(p_clock);
        if s.sign_in <> p_sign_in and not p_takes_over then
            outcome := 'not_yours';
            user_name := s.user_name;
            sign_in := s.sign_in;
            return;
        end if;
        s := lapse_late(s, t, p_term, p_watch_gap);
        if s.lease_ends_at is null then
            if p_sign <> 'begins' then
                outcome := 'ended';
                return;
            elsif not has_room_for_lease(p_sign_in, p_leases_per_sign_in, p_records, t) then
                outcome := 'full';
                return;
            end if;
        end if;
        if s.sign_in <> p_sign_in and p_sign <> 'looks' then
            s := pass_on(s, p_user, p_sign_in, t);
        end if;
        if s.session is null then
            insert into sessions (session, user_name, sign_in, lease_ends_at, is_told)
            values (p_session, p_user, p_sign_in, t + p_term, true)
            on conflict do nothing;
            -- Somebody else was quicker.
            continue when not found;
        elsif p_sign = 'looks' then
            update sessions set is_told = true where session = p_session and not is_told;
        else
            update sessions
            set user_name = p_user, sign_in = p_sign_in, lease_ends_at = t + p_term,
                is_told = true
            where session = p_session;
            if s.sign_in is null then
                perform tally(-1, 0);
            end if;
        end if;
        outcome := 'renewed';
        is_first := not coalesce(s.is_told, false);
        said := coalesce(s.said, '');
        recalls := coalesce(s.recalls, '{}');
        version := coalesce(s.version, 0);
        return;
    end loop;
end
$$;

-- Notes what is said to a page life; false if the state was another by then.
create function downscope_say(p_session text, p_version bigint, p_said text, p_recalls bigint)
returns boolean
language plpgsql
set search_path from current
as $$
begin
    update sessions
    set version = version + 1, said = p_said,
        recalls = recalls[least(p_recalls, cardinality(recalls))::integer + 1 :]
    where session = p_session and lease_ends_at is not null and version = p_version;
    return found;
end
$$;

-- Ends up to `p_most` page lives whose term is over.
create function downscope_lapse(
    p_term bigint, p_most bigint, p_watch_gap bigint, p_clock bigint default null,
    out ended bigint, out due bigint, out is_waiting boolean
)
language plpgsql
set search_path from current
as $$
declare
    t constant bigint := now_at(p_clock);
    silent text[];
begin
    ended := 0;
    due := 0;
    is_waiting := is_grace(t, p_term, p_watch_gap);
    if not is_waiting then
        select array_agg(session) into silent from (
            select session from sessions where lease_ends_at <= t
            order by lease_ends_at, session limit p_most for update skip locked
        ) x;
    end if;
    if silent is not null then
        ended := cardinality(silent);
        due := end_leases(silent, t);
        delete from sessions s
        where session = any (silent) and remembered_until <= t
            and not exists (select from records where home = s.session and id is not null);
    end if;
    update watch set watched_at = t;
end
$$;
