-- What is due: claimed, done, or to be tried again.

-- Takes up to `p_most` from a budget that fills up by and by, so that in no second there is
-- more taken than it says: a tenth of that at once (one at least), and nine tenths in a
-- second. Its row stays locked until the end of the transaction, so this comes last in it.
create function afford(
    p_is_unknown boolean, p_per_second bigint, p_most bigint, p_clock bigint
) returns bigint
language plpgsql as $$
declare
    full_room constant bigint := greatest(p_per_second * 1000, 10000);
    b budgets;
    t bigint;
    taken bigint;
begin
    -- Who finds nothing left waits for nobody: mostly nothing is, where many leave at once.
    t := now_at(p_clock);
    select * into b from budgets where is_unknown = p_is_unknown;
    if found and t >= b.since
        and b.room + 9 * p_per_second * least(t - b.since, 20000) < 10000
    then
        return 0;
    end if;
    loop
        select * into b from budgets where is_unknown = p_is_unknown for update;
        exit when found;
        insert into budgets (is_unknown, room, since) values (p_is_unknown, full_room, 0)
        on conflict do nothing;
    end loop;
    t := now_at(p_clock);
    -- Within 20 seconds each is full again, whatever was taken.
    b.room := least(
        b.room + 9 * p_per_second * greatest(least(t - b.since, 20000), 0), full_room
    );
    taken := least(p_most, b.room / 10000);
    update budgets set room = b.room - taken * 10000, since = t
    where is_unknown = p_is_unknown;
    return taken;
end
$$;

-- Claims as many of these, which are ready, as may be: the longest life first, and what is
-- unknown in this order.
create function take(
    p_homes text[], p_keys text[],
    p_most bigint, p_visibility bigint, p_per_second bigint, p_is_unknown boolean, p_clock bigint
) returns work[]
language plpgsql as $$
declare
    most bigint := least(p_most, coalesce(cardinality(p_keys), 0));
    t bigint;
    taken work[];
begin
    if most > 0 and p_per_second > 0 then
        most := afford(p_is_unknown, p_per_second, most, p_clock);
    end if;
    if most <= 0 then
        return '{}';
    end if;
    t := now_at(p_clock);
    with chosen as (
        select r.home, r.key, row_number() over (
            order by case when p_is_unknown then x.place else -r.expires_at end, r.key
        ) as rank
        from unnest(p_homes, p_keys) with ordinality x (home, key, place)
        join records r on r.home = x.home and r.key = x.key
        order by rank limit most
    ), claimed as (
        update records r set ready_at = t + p_visibility, attempts = r.attempts + 1
        from chosen c
        -- Of a single one, nothing may have been changed yet, so that it is not locked.
        where r.home = c.home and r.key = c.key and is_ready(r, t)
        returning r.*, c.rank
    )
    select coalesce(array_agg(
        row(
            key, sealed, attempts, greatest(expires_at - t, 0), reason, user_name, sign_in,
            case when left(home, 1) <> ':' then home end, is_unknown
        )::work
        order by rank
    ), '{}')
    into taken from claimed;
    return taken;
end
$$;

-- Takes what is due: the longest life first; what is unknown from both ends of its line, by turns
-- as it were: whoever makes names up in numbers keeps waiting neither who was there before nor
-- who comes after.
create function downscope_claim(
    p_most bigint, p_visibility bigint, p_per_second bigint, p_is_unknown boolean,
    p_clock bigint default null,
    out works work[]
)
language plpgsql
set search_path from current
as $$
declare
    t constant bigint := now_at(p_clock);
    homes text[];
    keys text[];
begin
    perform need_not_last();
    -- What was claimed by somebody who died, and what has waited for long enough, is ready.
    update records r set ready_at = null
    from (
        select home, key from records
        where stage = 3 and ready_at is not null and ready_at <= t and not is_unknown
        order by ready_at limit greatest(p_most, 1000) for update skip locked
    ) x
    where r.home = x.home and r.key = x.key;
    if p_is_unknown and t % 2 = 0 then
        select array_agg(home), array_agg(key) into homes, keys from (
            select home, key from records
            where stage = 3 and is_unknown and ready_at <= t and expires_at > t
            order by ready_at, key limit p_most for update skip locked
        ) x;
    elsif p_is_unknown then
        select array_agg(home), array_agg(key) into homes, keys from (
            select home, key from records
            where stage = 3 and is_unknown and ready_at <= t and expires_at > t
            order by ready_at desc, key desc limit p_most for update skip locked
        ) x;
    else
        select array_agg(home), array_agg(key) into homes, keys from (
            select home, key from records
            where stage = 3 and ready_at is null and not is_unknown and expires_at > t
            order by expires_at desc, key limit p_most for update skip locked
        ) x;
    end if;
    works := take(
        homes, keys, p_most, p_visibility, p_per_second, p_is_unknown, p_clock
    );
end
$$;

-- These are dead at the authorization server.
create function downscope_done(
    p_sessions text[], p_keys text[], p_are_unknown boolean[], p_clock bigint default null
) returns void
language plpgsql
set search_path from current
as $$
declare
    t constant bigint := now_at(p_clock);
    homes constant text[] := homes_of(p_sessions, p_keys);
    unknown_homes text[];
    unknown_keys text[];
begin
    perform need_not_last();
    perform lock_records(homes, p_keys);
    update records r set stage = 4, sealed = '', ready_at = null
    from unnest(homes, p_keys, p_are_unknown) x (home, key, is_unknown)
    where r.home = x.home and r.key = x.key and not x.is_unknown and r.expires_at - t > 0;
    if true = any (p_are_unknown) then
        -- Whoever makes names up must not fill the record with them.
        select array_agg(x.home), array_agg(x.key) into unknown_homes, unknown_keys
        from unnest(homes, p_keys, p_are_unknown) x (home, key, is_unknown)
        where x.is_unknown;
        perform remove_records(unknown_homes, unknown_keys);
    end if;
end
$$;

-- These are to be claimed again after so long.
create function downscope_retry(
    p_sessions text[], p_keys text[], p_afters bigint[], p_clock bigint default null
) returns void
language plpgsql
set search_path from current
as $$
declare
    t constant bigint := now_at(p_clock);
    homes constant text[] := homes_of(p_sessions, p_keys);
begin
    perform need_not_last();
    perform lock_records(homes, p_keys);
    -- Another one may have done it since its claim ran out.
    update records r set ready_at = t + x.after
    from unnest(homes, p_keys, p_afters) x (home, key, after)
    where r.home = x.home and r.key = x.key
        and r.stage = 3 and r.ready_at > t;
end
$$;

-- How much there is. It counts, so it is not to be asked with every request.
create function downscope_stats(
    p_clock bigint default null,
    out live bigint, out due bigint, out leases bigint, out unknown bigint
)
language plpgsql
set search_path from current
as $$
begin
    select
        count(*) filter (where stage = 2),
        count(*) filter (where stage = 3),
        count(*) filter (where is_unknown)
    into live, due, unknown
    from records where expires_at > now_at(p_clock);
    select count(*) into leases from sessions where lease_ends_at is not null;
end
$$;

-- Takes away what has expired, up to `p_most` of each kind. The answer is how much it was.
create function downscope_sweep(p_most bigint, p_clock bigint default null) returns bigint
language plpgsql
set search_path from current
as $$
begin
    perform need_not_last();
    return sweep(p_most, now_at(p_clock));
end
$$;
