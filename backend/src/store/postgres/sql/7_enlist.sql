-- Tokens that nothing is on record of.

-- How many unknown tokens there are.
create function unknowns() returns bigint
language sql stable as $$
    select coalesce(sum(unknown), 0)::bigint from tallies
$$;

-- Makes due what nothing is on record of, and takes what is proven out of the line of the
-- unknown. What is unknown has no proof that it is a token,
-- and there is room for `p_unknown` of it.
create function downscope_enlist(
    p_keys text[], p_tokens bytea[], p_sealed bytea[], p_expires_in bigint[],
    p_are_unknown boolean[], p_reason text,
    p_most bigint, p_visibility bigint, p_per_second bigint,
    p_most_unknown bigint, p_visibility_unknown bigint, p_per_second_unknown bigint,
    p_unknown bigint, p_clock bigint default null,
    out works work[], out due bigint, out refused bigint
)
language plpgsql
set search_path from current
as $$
#variable_conflict use_column
declare
    t constant bigint := now_at(p_clock);
    homes constant text[] := array(select home_of(null, x.key) from unnest(p_keys) x (key));
    expired text[];
    proven text[];
    many bigint;
    room bigint;
    entered bigint;
    named record;
begin
    select array_agg(r.key) into expired
    from unnest(homes, p_keys) x (home, key)
    join records r on r.home = x.home and r.key = x.key and r.expires_at - t <= 0;
    if expired is not null then
        perform remove_records(
            array(select home_of(null, x.key) from unnest(expired) x (key)), expired
        );
    end if;
    select array_agg(distinct r.key) into proven
    from unnest(homes, p_keys, p_are_unknown) x (home, key, is_unknown)
    join records r on r.home = x.home and r.key = x.key
    where r.is_unknown and not x.is_unknown;
    if proven is not null then
        perform lock_records(
            array(select home_of(null, x.key) from unnest(proven) x (key)), proven
        );
        update records r
        set is_unknown = false,
            ready_at = case when r.stage = 3 and r.ready_at > t then r.ready_at end
        from unnest(proven) x (key)
        where r.home = home_of(null, x.key) and r.key = x.key and r.is_unknown;
        get diagnostics many = row_count;
        perform tally(0, -many);
    end if;
    room := p_unknown - unknowns();
    if room < cardinality(p_keys) and true = any (p_are_unknown) then
        perform sweep(100, t);
        room := p_unknown - unknowns();
    end if;
    with items as (
        -- What is named twice is named once, and proven if it is so by either.
        select distinct on (x.key) x.*
        from unnest(homes, p_keys, p_tokens, p_sealed, p_expires_in, p_are_unknown)
            with ordinality x (home, key, token, sealed, expires_in, is_unknown, place)
        where not exists (select from records r where r.home = x.home and r.key = x.key)
        order by x.key, x.is_unknown, x.place
    ), numbered as (
        select *, count(*) filter (where is_unknown) over (order by place) as number
        from items
    ), new as (
        insert into records
            (home, key, is_unknown, stage, sealed, token, expires_at, ready_at, reason)
        select
            home, key, is_unknown, 3, sealed, token, t + greatest(expires_in, 1),
            case when is_unknown then t end, p_reason
        from numbered where not is_unknown or number <= room
        order by key
        on conflict do nothing
        returning home, key, token, is_unknown
    ), called as (
        insert into names (fingerprint, is_handle, home, key)
        select token, false, home, key from new order by token
        on conflict (fingerprint, is_handle) do update set home = excluded.home, key = excluded.key
    )
    select count(*) filter (where is_unknown) into entered from new;
    perform tally(0, entered);
    perform end_records(homes, p_keys, p_reason, 0, t);
    select
        count(*) filter (where r.key is null) as refused,
        count(*) filter (where r.stage = 3) as due,
        array_agg(r.home) filter (where is_free and not y.is_unknown) as homes,
        array_agg(r.key) filter (where is_free and not y.is_unknown) as keys,
        array_agg(r.home order by r.key) filter (where is_free and y.is_unknown)
            as unknown_homes,
        array_agg(r.key order by r.key) filter (where is_free and y.is_unknown) as unknown_keys
    into named
    from (
        select distinct x.home, x.key from unnest(homes, p_keys) x (home, key)
    ) x (item_home, item_key)
    left join records r on r.home = x.item_home and r.key = x.item_key
    cross join lateral (
        select is_ready(r, t), r.is_unknown
    ) y (is_free, is_unknown);
    if exists (
        select from records
        where stage = 3 and is_unknown and ready_at <= t and key <> all (p_keys)
            and expires_at - t > 0
    ) then
        -- Others have waited for longer.
        named.unknown_keys := null;
    end if;
    works := take(
        named.homes, named.keys, p_most, p_visibility, p_per_second, false, p_clock
    ) || take(
        named.unknown_homes, named.unknown_keys,
        p_most_unknown, p_visibility_unknown, p_per_second_unknown, true, p_clock
    );
    refused := named.refused;
    due := named.due - cardinality(works);
end
$$;
