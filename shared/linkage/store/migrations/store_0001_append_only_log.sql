-- The append-only log: streams, events, and the function that appends a batch.
-- depends:

-- migrate: apply

-- A stream's name, and what belongs to the stream as a whole. Where the stream ends is not written here:
-- its last event says it, so a row is never updated.
create table streams (
    id bigint primary key,
    stream text collate "C" not null unique,
    key text not null
);

create sequence stream_id as bigint cache 1;

-- CACHE 1 is part of the fenced tail's proof: a number below another was drawn before it.
create sequence event_position as bigint cache 1;

-- fingerprint: the content of the request that an append came with, on the append's last event; so that event is the
-- answer to give again when the request comes again.
create table events (
    position bigint primary key,
    stream_id bigint not null,
    recorded_at timestamptz not null,
    occurred_at timestamptz not null,
    version integer not null check (version > 0),
    request_id uuid not null,
    previous_hash bytea not null check (octet_length(previous_hash) = 32),
    hash bytea not null check (octet_length(hash) = 32),
    kind text collate "C" not null,
    type text not null,
    organisation text collate "C" not null,
    tier text not null,
    post text not null,
    correlation_id text not null,
    causation_id text not null,
    traceparent text not null,
    policy_pack text not null,
    fingerprint bytea,
    data bytea not null,
    unique (stream_id, version)
);

create unique index events_by_request on events (request_id, organisation) where fingerprint is not null;

-- Evidence that nobody quietly changes: ordinary roles are refused; whoever may disable a trigger is found out by the hashes.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the event log is append-only: % on % is refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;

create trigger append_only before update or delete or truncate on streams
    for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on events
    for each statement execute function refuse_change();
revoke update, delete, truncate on streams, events from public;

-- Appends many callers' events in one transaction. The a_ arrays have one element per append (one append per stream),
-- the e_ arrays one per event, in the order of e_append, which counts appends from 1. Every append gets its own verdict:
--   0 stored; 1 the request was stored before; 2 the request was stored before with another fingerprint;
--   3 the stream does not end at the expected version; 4 it does, but with another hash.
-- actual: the version at which the stream ends (3), or ended when the request was first answered (1).
-- positions: of the stored events, in order. answered_*: set only where there are verdicts 1.
--
-- The appends come sorted by request id, so that batches with the same requests wait for each other in one order.
-- `look`: look every request up before. Otherwise only those whose append does not fit are looked up, and where another one
-- was stored before, the batch fails by a unique violation: nothing is stored, and the caller tries again and looks.
--
-- For speed: PL/pgSQL takes its array parameters apart once, so that an element costs the same wherever it stands (unnest
-- would copy each column twice); and each lookup stands in a subquery of its own (offset 0, limit): one descent of an index
-- for each append, also in a plan that was made while the tables were empty.
create function append_batch(
    a_stream text[], a_key text[], a_kind text[], a_request uuid[], a_fingerprint bytea[], a_expected integer[],
    a_head bytea[], a_organisation text[], a_tier text[], a_post text[], a_occurred timestamptz[],
    a_recorded timestamptz[], a_correlation text[], a_causation text[], a_traceparent text[], a_policy text[],
    e_append integer[], e_version integer[], e_type text[], e_data bytea[], e_hash bytea[], look boolean,
    out verdicts smallint[], out actual integer[], out positions bigint[],
    out answered_stream text[], out answered_hash bytea[], out answered_position bigint[]
) language plpgsql as $$
declare
    ids bigint[];
    created boolean[];
begin
    -- The fence: this transaction owns its id before it draws a position, so that the tail can wait for it.
    perform pg_current_xact_id();

    -- One order for everybody: batches that meet the same streams wait, and never for each other.
    perform pg_advisory_xact_lock(k) from (select hashtextextended(s, 0) as k from unnest(a_stream) s order by 1) locks;

    -- A statement of its own, hence a snapshot taken under the locks: nobody moves these streams any more.
    select array_agg(verdict), array_agg(ended), array_agg(id), array_agg(fresh)
      into verdicts, actual, ids, created
      from (
        select v.verdict,
               case v.verdict when 1 then r.version when 3 then coalesce(
                   last.version, (select max(e.version) from events e where e.stream_id = s.id), 0
               ) end as ended,
               s.id is null as fresh,
               case when s.id is null and v.verdict = 0 then nextval('stream_id') else s.id end as id
          from generate_series(1, cardinality(a_stream)) n
          left join lateral (select id from streams where stream = a_stream[n] offset 0) s on true
          left join lateral (
            select version, hash from events
             where stream_id = s.id and version >= a_expected[n] order by version desc limit 1
          ) last on true
          cross join lateral (
            select case when last.version is distinct from nullif(a_expected[n], 0) then 3::smallint
                        when a_head[n] <> coalesce(last.hash, decode(repeat('00', 32), 'hex')) then 4::smallint
                        else 0::smallint end as verdict
          ) fit
          left join lateral (
            select fingerprint, version from events
             where (look or fit.verdict > 0)
               and request_id = a_request[n] and organisation = a_organisation[n] and fingerprint is not null offset 0
          ) r on true
          cross join lateral (
            select case when r.fingerprint is null then fit.verdict
                        when r.fingerprint = a_fingerprint[n] then 1::smallint
                        else 2::smallint end as verdict
          ) v
         order by n
      ) judged;

    if 0 = any (verdicts) then
        if true = any (created) then
            insert into streams
            select ids[n], a_stream[n], a_key[n]
              from generate_series(1, cardinality(a_stream)) n
             where created[n] and verdicts[n] = 0;
        end if;

        with stored as (
            insert into events (position, stream_id, recorded_at, occurred_at, version, request_id, previous_hash, hash,
                                kind, type, organisation, tier, post, correlation_id, causation_id, traceparent,
                                policy_pack, fingerprint, data)
            select nextval('event_position'), ids[a], a_recorded[a], a_occurred[a], e_version[n], a_request[a],
                   case when e_append[n - 1] = a then e_hash[n - 1] else a_head[a] end, e_hash[n],
                   a_kind[a], e_type[n], a_organisation[a], a_tier[a], a_post[a], a_correlation[a], a_causation[a],
                   a_traceparent[a], a_policy[a], case when e_append[n + 1] = a then null else a_fingerprint[a] end,
                   e_data[n]
              from generate_series(1, cardinality(e_append)) n
             cross join lateral (select e_append[n] as a) append
             where verdicts[a] = 0
             order by n
            returning position
        )
        select array_agg(stored.position order by stored.position) into positions from stored;
    end if;

    if 1 = any (verdicts) then
        select array_agg(s.stream order by n), array_agg(r.hash order by n), array_agg(r.position order by n)
          into answered_stream, answered_hash, answered_position
          from generate_series(1, cardinality(a_stream)) n
          left join lateral (
            select stream_id, hash, position from events
             where verdicts[n] = 1
               and request_id = a_request[n] and organisation = a_organisation[n] and fingerprint is not null offset 0
          ) r on true
          left join lateral (select stream from streams where id = r.stream_id offset 0) s on true;
    end if;
end
$$;

-- migrate: rollback

do $$
begin
    raise exception 'the event log is evidence: there is no way back behind its first migration';
end
$$;
