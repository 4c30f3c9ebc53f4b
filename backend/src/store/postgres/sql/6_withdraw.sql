-- What is withdrawn: by page life, request, token, handle.

-- How many page lives nothing is known of.
create function strangers() returns bigint
language sql stable as $$
    select coalesce(sum(strangers), 0)::bigint from tallies
$$;

-- The records of what is named by request, and tombstones for the rest.
create function withdraw_requests(
    p_session text, p_pending text[], p_whole boolean,
    p_tombstone bigint, p_named bigint, p_named_by_strangers bigint, p_strangers bigint,
    p_clock bigint,
    out keys text[], out is_refused boolean, out is_lost boolean
)
language plpgsql as $$
#variable_conflict use_column
declare
    t bigint;
    until bigint;
    s sessions;
    named jsonb;
    room bigint;
    minted text[];
    late jsonb;
    are_too_many boolean := false;
begin
    is_refused := false;
    is_lost := false;
    loop
        s := turn(p_session, p_clock);
        t := now_at(p_clock);
        until := t + p_tombstone;
        exit when s.session is not null;
        if p_tombstone = 0 then
            return;
        end if;
        if strangers() >= p_strangers then
            perform sweep(100, t);
            if strangers() >= p_strangers then
                is_refused := true;
                return;
            end if;
        end if;
        insert into sessions (session, remembered_until) values (p_session, until)
        on conflict do nothing
        returning * into s;
        -- Otherwise somebody else was quicker.
        if found then
            perform tally(1, 0);
            exit;
        end if;
    end loop;
    named := s.withdrawn_ids;
    select array_agg(r.key), array_agg(r.id) filter (where r.stage >= 2)
    into keys, minted from records r
    where r.home = p_session and r.id = any (p_pending);
    -- Where nothing is remembered, no request is late. One that is being minted may come a
    -- second time, after the first has failed.
    if p_tombstone > 0 and not p_pending <@ coalesce(minted, '{}') then
        select
            coalesce(jsonb_object_agg(x.key, x.value), '{}'),
            case when s.sign_in is null then p_named_by_strangers else p_named end - count(*)
        into named, room
        from jsonb_each_text(s.withdrawn_ids) x where x.value::bigint > t;
        select
            coalesce(jsonb_object_agg(x.id, until) filter (where is_old or number <= room), '{}'),
            coalesce(bool_or(not is_old and number > room), false)
        into late, are_too_many
        from (
            select
                id, named ? id as is_old,
                count(*) filter (where not named ? id) over (order by place) as number
            from (
                select id, min(place) as place
                from unnest(p_pending) with ordinality x (id, place)
                where id <> all (coalesce(minted, '{}'))
                group by id
            ) x
        ) x;
        named := named || late;
    end if;
    if p_whole then
        select array_agg(r.key) into keys from records r
        where r.home = p_session and r.id is not null;
    end if;
    if p_tombstone > 0 and (p_whole or are_too_many or named <> s.withdrawn_ids) then
        update sessions
        set withdrawn_ids = named,
            -- Too many to remember one by one: whatever comes may be one of them. But what is on
            -- record and was not named is none.
            withdrawn_until = case
                when p_whole or are_too_many then greatest(withdrawn_until, until)
                else withdrawn_until
            end,
            remembered_until = greatest(remembered_until, until)
        where session = p_session;
    end if;
    is_lost := s.lost_until > t;
end
$$;

-- Makes due what is named, marks what is being minted as withdrawn, and remembers for
-- `p_tombstone` that requests which have not come are.
create function downscope_withdraw(
    p_session text, p_pending text[], p_whole boolean, p_tokens bytea[], p_handles bytea[],
    p_reason text,
    p_most bigint, p_visibility bigint, p_per_second bigint, p_is_unknown boolean,
    p_minting bigint, p_tombstone bigint, p_named_tombstones bigint,
    p_named_by_strangers bigint, p_strangers bigint, p_longest_life bigint,
    p_clock bigint default null,
    out works work[], out due bigint, out minting text[], out unknown_tokens integer[],
    out unknown_handles integer[], out is_refused boolean, out is_complete boolean
)
language plpgsql
set search_path from current
as $$
#variable_conflict use_column
declare
    names_requests constant boolean :=
        p_session is not null and (p_whole or cardinality(p_pending) > 0);
    t bigint;
    requests record;
    homes text[] := '{}';
    keys text[] := '{}';
    named record;
begin
    is_refused := false;
    unknown_tokens := '{}';
    unknown_handles := '{}';
    minting := '{}';
    if names_requests then
        perform meet(p_clock);
    end if;
    is_complete := (select now_at(p_clock) - since >= p_longest_life from epoch);
    if names_requests then
        select * into requests from withdraw_requests(
            p_session, p_pending, p_whole, p_tombstone, p_named_tombstones,
            p_named_by_strangers, p_strangers, p_clock
        );
        is_refused := requests.is_refused;
        -- What was lost with an instance may be among what is not on record.
        is_complete := is_complete and not requests.is_lost;
        if requests.keys is not null then
            keys := requests.keys;
            homes := array_fill(p_session, array[cardinality(keys)]);
        end if;
    end if;
    t := now_at(p_clock);
    if cardinality(p_tokens) + cardinality(p_handles) > 0 then
        select
            array_agg(r.home) filter (where r.key is not null) as homes,
            array_agg(r.key) filter (where r.key is not null) as keys,
            array_agg(x.place - 1 order by x.place)
                filter (where r.key is null and not x.is_handle) as tokens,
            array_agg(x.place - 1 order by x.place)
                filter (where r.key is null and x.is_handle) as handles
        into named
        from (
            select fingerprint, false as is_handle, place
            from unnest(p_tokens) with ordinality x (fingerprint, place)
            union all
            select fingerprint, true, place
            from unnest(p_handles) with ordinality x (fingerprint, place)
        ) x
        left join names n on n.fingerprint = x.fingerprint and n.is_handle = x.is_handle
        -- What is on record on somebody's word only is no better known.
        left join records r on r.home = n.home and r.key = n.key and r.expires_at - t > 0
            and not r.is_unknown;
        homes := homes || named.homes;
        keys := keys || named.keys;
        unknown_tokens := coalesce(named.tokens, '{}');
        unknown_handles := coalesce(named.handles, '{}');
    end if;
    if cardinality(keys) = 0 then
        works := '{}';
        due := 0;
        return;
    end if;
    perform end_records(homes, keys, p_reason, p_minting, t);
    select
        coalesce(array_agg(r.key order by r.key) filter (where r.stage = 1), '{}') as minting,
        array_agg(r.home) filter (where is_meant) as homes,
        array_agg(r.key) filter (where is_meant) as keys,
        count(*) filter (where r.stage = 3) as due
    into named
    from (select distinct home, key from unnest(homes, keys) x (home, key)) x
    join records r on r.home = x.home and r.key = x.key and r.expires_at - t > 0
    cross join lateral (
        select is_ready(r, t) and r.is_unknown = p_is_unknown
    ) y (is_meant);
    minting := named.minting;
    works := take(
        named.homes, named.keys, p_most, p_visibility, p_per_second, p_is_unknown, p_clock
    );
    due := named.due - cardinality(works);
end
$$;
