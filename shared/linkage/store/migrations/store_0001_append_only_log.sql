-- The append-only log: streams, events, requests, and the function that appends a batch.
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

create table events (
    position bigint primary key,
    stream_id bigint not null,
    version integer not null check (version > 0),
    recorded_at timestamptz not null,
    occurred_at timestamptz not null,
    request_id uuid not null,
    previous_hash bytea not null check (octet_length(previous_hash) = 32),
    hash bytea not null check (octet_length(hash) = 32),
    kind text collate "C" not null,
    type text not null,
    organisation text not null,
    tier text not null,
    post text not null,
    correlation_id text not null,
    causation_id text not null,
    traceparent text not null,
    policy_pack text not null,
    data bytea not null,
    unique (stream_id, version)
);

create index events_by_kind on events (kind, position);

-- What was answered to a request: enough to give the same answer again, whoever asks.
create table requests (
    organisation text collate "C" not null,
    request_id uuid not null,
    fingerprint bytea not null,
    stream_id bigint not null,
    version integer not null,
    primary key (organisation, request_id)
);

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
create trigger append_only before update or delete or truncate on requests
    for each statement execute function refuse_change();
revoke update, delete, truncate on streams, events, requests from public;

-- Appends many callers' events in one transaction. The a_ arrays have one element per append (one append per stream),
-- the e_ arrays one per event, in the order of e_append, which counts appends from 1. Every append gets its own verdict:
--   0 stored; 1 the request was stored before; 2 the request was stored before with another fingerprint;
--   3 the stream does not end at the expected version; 4 it does, but with another hash.
-- actual: the version at which the stream ends (0, 3, 4), or ended when the request was first answered (1, 2).
-- positions: of the stored events, in order. answers_*: set only where there are verdicts 1.
create function append_batch(
    a_stream text[], a_key text[], a_organisation text[], a_request uuid[], a_fingerprint bytea[],
    a_expected integer[], a_head bytea[], a_version integer[],
    e_append integer[], e_version integer[], e_kind text[], e_type text[], e_data bytea[],
    e_previous bytea[], e_hash bytea[], e_organisation text[], e_tier text[], e_post text[],
    e_occurred timestamptz[], e_recorded timestamptz[], e_correlation text[], e_causation text[],
    e_traceparent text[], e_policy text[],
    out verdicts smallint[], out actual integer[], out positions bigint[],
    out answered_stream text[], out answered_hash bytea[], out answered_position bigint[]
) language plpgsql as $$
declare
    ids bigint[];
    created boolean[];
    wanted integer;
    inserted integer;
begin
    -- The fence: this transaction owns its id before it draws a position, so that the tail can wait for it.
    perform pg_current_xact_id();

    -- One order for everybody, streams before requests: batches that meet the same ones wait, and never for each other.
    perform pg_advisory_xact_lock(k) from (select hashtextextended(s, 0) as k from unnest(a_stream) s order by 1) locks;

    -- A statement of its own, hence a snapshot taken under the locks: nobody moves these streams any more.
    select array_agg(verdict), array_agg(ended), array_agg(id), array_agg(fresh)
      into verdicts, actual, ids, created
      from (
        select v.verdict, v.ended, s.id is null as fresh,
               case when s.id is null and v.verdict = 0 then nextval('stream_id') else s.id end as id
          from unnest(a_stream, a_organisation, a_request, a_fingerprint, a_expected, a_head)
               with ordinality a (stream, organisation, request, fingerprint, expected, head, n)
          left join streams s on s.stream = a.stream
          left join lateral (
            select e.version, e.hash from events e where e.stream_id = s.id order by e.version desc limit 1
          ) last on true
          left join requests r on r.organisation = a.organisation and r.request_id = a.request
          cross join lateral (
            select (case when r.fingerprint = a.fingerprint then 1
                         when r.fingerprint is not null then 2
                         when coalesce(last.version, 0) <> a.expected then 3
                         when coalesce(last.hash, decode(repeat('00', 32), 'hex')) <> a.head then 4
                         else 0 end)::smallint as verdict,
                   coalesce(r.version, last.version, 0) as ended
          ) v
         order by a.n
      ) judged;

    wanted := cardinality(array_positions(verdicts, 0::smallint));
    if wanted > 0 then
        insert into requests
        select a.organisation, a.request, a.fingerprint, a.id, a.version
          from unnest(a_organisation, a_request, a_fingerprint, ids, a_version, verdicts)
               a (organisation, request, fingerprint, id, version, verdict)
         where a.verdict = 0
         order by a.organisation collate "C", a.request
            on conflict do nothing;
        get diagnostics inserted = row_count;

        -- The same request on another stream was first (in this batch, or in one we waited for).
        if inserted < wanted then
            select array_agg(case when a.verdict <> 0 or r.stream_id = a.id then a.verdict
                                  when r.fingerprint = a.fingerprint then 1 else 2 end order by a.n),
                   array_agg(case when a.verdict <> 0 or r.stream_id = a.id then a.ended else r.version end order by a.n)
              into verdicts, actual
              from unnest(a_organisation, a_request, a_fingerprint, ids, verdicts, actual)
                   with ordinality a (organisation, request, fingerprint, id, verdict, ended, n)
              left join requests r on r.organisation = a.organisation and r.request_id = a.request;
        end if;

        if true = any (created) then
            insert into streams
            select a.id, a.stream, a.key
              from unnest(ids, a_stream, a_key, created, verdicts) a (id, stream, key, fresh, verdict)
             where a.fresh and a.verdict = 0;
        end if;

        with stored as (
            insert into events (position, stream_id, version, recorded_at, occurred_at, request_id, previous_hash, hash,
                                kind, type, organisation, tier, post, correlation_id, causation_id, traceparent,
                                policy_pack, data)
            select nextval('event_position'), ids[e.append], e.version, e.recorded, e.occurred, a_request[e.append],
                   e.previous, e.hash, e.kind, e.type, e.organisation, e.tier, e.post, e.correlation, e.causation,
                   e.traceparent, e.policy, e.data
              from unnest(e_append, e_version, e_kind, e_type, e_data, e_previous, e_hash, e_organisation, e_tier,
                          e_post, e_occurred, e_recorded, e_correlation, e_causation, e_traceparent, e_policy)
                   with ordinality e (append, version, kind, type, data, previous, hash, organisation, tier,
                                      post, occurred, recorded, correlation, causation, traceparent, policy, n)
             where verdicts[e.append] = 0
             order by e.n
            returning position
        )
        select array_agg(stored.position order by stored.position) into positions from stored;
    end if;

    if 1 = any (verdicts) then
        select array_agg(s.stream order by a.n), array_agg(e.hash order by a.n), array_agg(e.position order by a.n)
          into answered_stream, answered_hash, answered_position
          from unnest(a_organisation, a_request, verdicts) with ordinality a (organisation, request, verdict, n)
          left join requests r on a.verdict = 1 and r.organisation = a.organisation and r.request_id = a.request
          left join streams s on s.id = r.stream_id
          left join events e on e.stream_id = r.stream_id and e.version = r.version;
    end if;
end
$$;

-- migrate: rollback

do $$
begin
    raise exception 'the event log is evidence: there is no way back behind its first migration';
end
$$;
