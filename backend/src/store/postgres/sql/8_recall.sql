-- What is taken back, and for whom word was left.

-- Takes back what was given to up to `p_most` page lives of a scope ('all', 'session',
-- 'sign_in', 'user') whose names come after `p_after`, and leaves word for those that keep
-- a lease. `last` is the name to go on after; null: these were all. `p_ids` names requests;
-- null: everything.
create function downscope_recall(
    p_kind text, p_name text, p_ids text[], p_recall text, p_reason text,
    p_after text, p_most bigint, p_clock bigint default null,
    out due bigint, out last text
)
language plpgsql
set search_path from current
as $$
declare
    met text[];
    listening text[];
begin
    if p_kind = 'all' then
        met := array(
            select session from sessions where session > p_after and sign_in is not null
            order by session limit p_most for update
        );
    elsif p_kind = 'session' then
        met := array(
            select session from sessions where session > p_after and session = p_name
            for update
        );
    elsif p_kind = 'sign_in' then
        met := array(
            select session from sessions where session > p_after and sign_in = p_name
            order by session limit p_most for update
        );
    elsif p_kind = 'user' then
        met := array(
            select session from sessions where session > p_after and user_name = p_name
            order by session limit p_most for update
        );
    else
        raise exception 'no such scope' using errcode = 'invalid_parameter_value';
    end if;
    due := 0;
    if cardinality(met) > 0 then
        due := end_all(met, p_ids, p_reason, now_at(p_clock));
        with told as (
            update sessions set recalls = recalls || p_recall, version = version + 1
            where session = any (met) and lease_ends_at is not null
            returning session
        )
        select array_agg(session order by session) into listening from told;
        if listening is not null then
            perform tell(listening);
        end if;
    end if;
    if cardinality(met) >= p_most then
        last := met[cardinality(met)];
    end if;
end
$$;

-- The page lives for which word was left since `p_number`, and the number to go on with.
create function downscope_told_since(p_number bigint, out number bigint, out sessions text[])
language sql stable
set search_path from current
as $$
    select h.number, array(
        select t.session from told t where t.number > p_number order by t.number
    )
    from told_head h
$$;
