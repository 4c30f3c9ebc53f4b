-- Token requests: entered, minted, given up; and what becomes of them.

-- Enters a token request.
create function downscope_begin(
    p_session text, p_id text, p_key text, p_user text, p_sign_in text, p_asks_for bytea,
    p_lease bigint, p_takes_over boolean, p_minting bigint, p_per_session bigint,
    p_records bigint, p_leases_per_sign_in bigint, p_watch_gap bigint, p_longest_life bigint,
    p_clock bigint default null,
    out outcome text, out sealed bytea, out key text, out expires_in bigint,
    out user_name text, out sign_in text
)
language plpgsql
set search_path from current
as $$
#variable_conflict use_column
declare
    t bigint;
    s sessions;
    r records;
    is_former boolean;
begin
    loop
        s := turn(p_session, p_clock);
        t := now_at(p_clock);
        is_former := coalesce(s.sign_in <> p_sign_in, false);
        if is_former and not p_takes_over then
            outcome := 'not_yours';
            user_name := s.user_name;
            sign_in := s.sign_in;
            return;
        end if;
        if p_lease is not null then
            s := lapse_late(s, t, p_lease, p_watch_gap);
        end if;
        if greatest(s.withdrawn_until, (s.withdrawn_ids ->> p_id)::bigint) > t then
            outcome := 'withdrawn';
            return;
        end if;
        -- What was minted for the former must not be taken for the answer to this one.
        if is_former and s.session is not null then
            s := pass_on(s, p_user, p_sign_in, t);
        end if;
        select * into r from records where home = p_session and id = p_id;
        if found then
            if r.asks_for is distinct from p_asks_for then
                outcome := 'mismatch';
            elsif r.stage = 0 then
                -- Whoever asks again with the same key has not heard the answer, and has yet
                -- to mint.
                outcome := case when r.key = p_key then 'begun' else 'minting' end;
            elsif r.stage = 2 then
                outcome := 'minted';
                sealed := r.sealed;
                key := r.key;
                expires_in := greatest(r.expires_at - t, 0);
            else
                outcome := 'withdrawn';
            end if;
            return;
        end if;
        if is_full('records', p_records, t)
            or (
                select count(*) >= p_per_session from (
                    select from records where home = p_session and id is not null
                    limit p_per_session
                ) x
            )
            or p_lease is not null and s.lease_ends_at is null
                and not has_room_for_lease(p_sign_in, p_leases_per_sign_in, p_records, t)
        then
            outcome := 'full';
            return;
        end if;
        if s.session is null then
            insert into sessions (session, user_name, sign_in, lease_ends_at)
            values (p_session, p_user, p_sign_in, t + p_lease)
            on conflict do nothing;
            -- Somebody else was quicker.
            continue when not found;
        elsif p_lease is not null or s.sign_in is null or s.user_name <> p_user then
            update sessions
            set user_name = p_user, sign_in = p_sign_in,
                lease_ends_at = coalesce(t + p_lease, lease_ends_at)
            where session = p_session;
            if s.sign_in is null then
                perform tally(-1, 0);
            end if;
        end if;
        insert into records (home, key, id, user_name, sign_in, asks_for, stage, expires_at, lost)
        values (
            p_session, p_key, p_id, p_user, p_sign_in, p_asks_for, 0, t + p_minting,
            p_longest_life
        );
        outcome := 'begun';
        return;
    end loop;
end
$$;

-- Enters the token of a request that was begun. True: it may be given out. False: it is due or
-- dead. Once more with the same key and token, it changes nothing.
create function downscope_admit(
    p_session text, p_key text, p_token bytea, p_handle bytea, p_sealed bytea,
    p_expires_in bigint, p_clock bigint default null
) returns boolean
language plpgsql
set search_path from current
as $$
declare
    t bigint := now_at(p_clock);
    stage_now smallint;
begin
    update records
    set stage = case stage when 0 then 2 else 3 end, sealed = p_sealed, token = p_token,
        handle = p_handle, expires_at = t + greatest(p_expires_in, 1), ready_at = null
    where home = p_session and key = p_key and stage in (0, 1) and expires_at - t > 0
    returning stage into stage_now;
    if not found then
        select stage into stage_now from records
        where home = p_session and key = p_key and token = p_token and expires_at - t > 0;
        if found then
            return stage_now = 2;
        end if;
        -- Its place is not there any more: nobody waits for it.
        perform turn(p_session, p_clock);
        perform remove_records(array[p_session], array[p_key]);
        t := now_at(p_clock);
        insert into records (home, key, stage, sealed, token, handle, expires_at, reason)
        values (
            p_session, p_key, 3, p_sealed, p_token, p_handle,
            t + greatest(p_expires_in, 1), 'unrecorded'
        );
        perform turn(p_session, t);
    end if;
    insert into names (fingerprint, is_handle, home, key)
    select x.fingerprint, x.is_handle, p_session, p_key
    from (values (p_token, false), (p_handle, true)) x (fingerprint, is_handle)
    where x.fingerprint is not null
    on conflict (fingerprint, is_handle) do update set home = excluded.home, key = excluded.key;
    return coalesce(stage_now = 2, false);
end
$$;

-- Gives up a record whose token nobody has. For `p_lost` it may be alive all the same; 0: it was
-- not minted.
create function downscope_abandon(
    p_session text, p_key text, p_lost bigint, p_clock bigint default null
) returns void
language plpgsql
set search_path from current
as $$
declare
    until bigint;
begin
    perform turn(p_session, p_clock);
    delete from records where home = p_session and key = p_key and stage in (0, 1);
    if found and p_lost > 0 then
        until := now_at(p_clock) + p_lost;
        update sessions
        set lost_until = greatest(lost_until, until),
            remembered_until = greatest(remembered_until, until)
        where session = p_session;
    end if;
    perform turn(p_session, p_clock);
end
$$;

-- Whether what these records of one page life name may be alive.
create function downscope_fates(p_session text, p_keys text[], p_clock bigint default null)
returns boolean[]
language plpgsql
set search_path from current
as $$
declare
    t constant bigint := now_at(p_clock);
    is_lost boolean;
begin
    perform meet(p_clock);
    -- What is not on record may be what was lost; it may not have been seen to be so yet.
    is_lost := exists (
        select from sessions where session = p_session and lost_until > t
    ) or exists (
        select from records where home = p_session and id is not null and stage in (0, 1)
            and expires_at - t <= 0 and expires_at + lost > t
    ) or exists (
        -- So was what the database forgot while somebody waited, for seconds, for its end.
        select from epoch where t - anew < 60000
    );
    return array(
        select coalesce((
            select r.stage <> 4 from records r
            where r.home in (p_session, home_of(null, x.key)) and r.key = x.key
                and r.expires_at - t > 0
            limit 1
        ), is_lost)
        from unnest(p_keys) with ordinality x (key, place) order by x.place
    );
end
$$;
