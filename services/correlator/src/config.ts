import { isIP } from 'node:net';
import {
  DEFAULT_KEY_FIELDS,
  DEFAULT_TOPIC_PREFIX,
  KEY_FIELDS,
  type KeyField,
  type Side,
  type TimePolicy,
  topicName,
} from '@logweave/model';
import { type Static, Type } from 'typebox';

const NS_PER = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 } as const;
const DAY_S = 86_400;
/** Spans of event time are numbers of nanoseconds, which a double holds exactly up to 104 days. */
const MAX_SPAN_S = 30 * DAY_S;
const MAX_SPAN_MS = MAX_SPAN_S * 1000;

const units = ['ns', 'us', 'ms', 's', 'm', 'h'] as const;

const timeWindow = Type.Object(
  {
    value: Type.Number({ minimum: 0, default: 1, description: 'How many units.' }),
    unit: Type.Enum(units, { default: 's', description: 'ns, us, ms, s, m or h.' }),
  },
  {
    additionalProperties: false,
    default: {},
    description:
      'How far apart in event time the two halves may be, either way, the bound included. ' +
      'In one_to_many it bounds only how much later than a request its connection may begin.',
  },
);

const windowSide = (description: string) =>
  Type.Union(
    [
      Type.Object(
        {
          value: Type.Number({ minimum: 0, description: 'How many units.' }),
          unit: Type.Enum(units, { description: 'ns, us, ms, s, m or h.' }),
        },
        { additionalProperties: false },
      ),
      Type.Null(),
    ],
    { default: null, description },
  );

const timePolicy = (side: string) =>
  Type.Object(
    {
      time: Type.Enum(['event_or_arrival', 'event', 'arrival'], {
        default: 'event_or_arrival',
        description:
          `Where the time of ${side} comes from. event: its field timestamp, and without one it is a dead letter; ` +
          'arrival: when it came in; event_or_arrival: the field where there is one, else the arrival.',
      }),
    },
    { additionalProperties: false, default: {}, description: `How ${side} is read.` },
  );

/** Section `correlation`. */
export const correlationSectionSchema = Type.Object(
  {
    key: Type.Array(Type.Enum([...KEY_FIELDS], { description: 'A field of the key.' }), {
      default: [...DEFAULT_KEY_FIELDS],
      minItems: 2,
      uniqueItems: true,
      description:
        'What two events must share to belong together: src_ip and src_port, and dst_ip or dst_port as well.',
    }),
    time_window: timeWindow,
    before: windowSide('How much earlier than its request a network event may be; null: as time_window.'),
    after: windowSide('How much later than its request a network event may be; null: as time_window.'),
    matching: Type.Object(
      {
        mode: Type.Enum(['one_to_one', 'one_to_many'], {
          default: 'one_to_one',
          description:
            'one_to_many: one handshake, and every request that follows on its connection belongs to it. That is what ' +
            'web traffic is: with keep-alive, one_to_one makes an orphan of every request but the first. ' +
            'one_to_one: each event joins the one that is closest in time. The default, as older configurations expect it.',
        }),
      },
      { additionalProperties: false, default: {}, description: 'How events of one key find each other.' },
    ),
    ttl: Type.Object(
      {
        network_ttl_s: Type.Number({
          minimum: 0,
          maximum: MAX_SPAN_S,
          default: 120,
          description:
            'one_to_many: a connection ends this many seconds of event time after its last request, the bound included.',
        }),
      },
      { additionalProperties: false, default: {}, description: 'How long connections live.' },
    ),
    skew_ms: Type.Number({
      minimum: 0,
      maximum: MAX_SPAN_MS,
      default: 10,
      description:
        'one_to_many: how much earlier than its own handshake a request may seem to be. Servers log in milliseconds and clocks differ.',
    }),
    lateness_ms: Type.Number({
      minimum: 0,
      maximum: MAX_SPAN_MS,
      default: 500,
      description: 'How far out of order a source may be. Every orphan leaves that much later.',
    }),
    late_grace_s: Type.Number({
      minimum: 0,
      maximum: MAX_SPAN_S,
      default: 60,
      description: 'How long an event that came too late itself waits for a partner that is late as well.',
    }),
    idle_after_ms: Type.Integer({
      minimum: 1,
      maximum: MAX_SPAN_MS,
      default: 1000,
      description: 'A source that sent nothing for so long no longer holds the other back.',
    }),
    max_future_skew_s: Type.Number({
      minimum: 0,
      maximum: MAX_SPAN_S,
      default: 300,
      description:
        'An event time further ahead of its arrival than this is taken for a bad clock and the arrival used.',
    }),
    reason_memory_s: Type.Number({
      minimum: 0,
      maximum: MAX_SPAN_S,
      default: 60,
      description: 'How long keys that have left are remembered, so that an orphan can say what it missed.',
    }),
    replay_span_s: Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: MAX_SPAN_S }), Type.Null()], {
      default: null,
      description:
        'How much event time a start reads again at most; keys that are open longer are kept in topic correlator-state. ' +
        'null: twice the reach of the rules, at least 30 s.',
    }),
    sources: Type.Object(
      { A: timePolicy('an HTTP event'), B: timePolicy('a network event') },
      { additionalProperties: false, default: {}, description: 'A: HTTP logs. B: network logs.' },
    ),
    orphan_policy: Type.Object(
      {
        apache_always_emit: Type.Boolean({
          default: true,
          description: 'Whether an HTTP event without a network event is written, with orphan_side A.',
        }),
        network_emit: Type.Boolean({
          default: false,
          description: 'Whether a network event without an HTTP event is written, with orphan_side B.',
        }),
      },
      { additionalProperties: false, default: {}, description: 'What becomes of events that found no partner.' },
    ),
    exclude_source_ips: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Addresses and networks (192.0.2.0/24, 2001:db8::/32) whose events are left out and counted.',
    }),
    include_dest_ports: Type.Array(Type.Integer({ minimum: 0, maximum: 65_535 }), {
      default: [],
      description: 'When not empty, only events to these ports are taken; the others are left out and counted.',
    }),
    limits: Type.Object(
      {
        max_held_events: Type.Integer({
          minimum: 1,
          default: 500_000,
          description: 'Most events that one partition holds while they wait for a partner.',
        }),
        max_held_bytes: Type.Integer({
          minimum: 1_048_576,
          default: 268_435_456,
          description: 'Most bytes of events that one partition holds.',
        }),
        max_per_key: Type.Integer({
          minimum: 2,
          default: 10_000,
          description: 'Most events of one key that are held.',
        }),
        overflow: Type.Enum(['pause', 'evict_oldest'], {
          default: 'pause',
          description:
            'At a limit: pause waits with the source that is ahead; evict_oldest lets the oldest go as an orphan with reason evicted.',
        }),
      },
      { additionalProperties: false, default: {}, description: 'Bounds of memory, per partition.' },
    ),
    on_stop: Type.Union([Type.Enum(['emit', 'keep']), Type.Null()], {
      default: null,
      description:
        'What a graceful stop does with events that wait. emit: it is the end of the input, and everything is decided and written. ' +
        'keep: nothing is decided early, and the next start goes on with them. null: emit with the embedded event log, keep on Kafka, where others go on at once.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'How the two sources are joined.' },
);

export type CorrelationSection = Static<typeof correlationSectionSchema>;

export type MatchingMode = CorrelationSection['matching']['mode'];

/** Spans of event time end in `Ns` (whole nanoseconds, exact), durations of the clock in `Ms`. */
export interface CorrelatorConfig {
  /** Full names. */
  readonly topics: {
    readonly http: string;
    readonly network: string;
    readonly correlated: string;
    readonly state: string;
    readonly deadLetter: string;
  };
  readonly group: string;
  /** Followed by `.` and the partition. */
  readonly transactionalIdPrefix: string;
  /** In the order of `KEY_FIELDS`. */
  readonly keyFields: readonly KeyField[];
  readonly mode: MatchingMode;
  readonly beforeNs: number;
  readonly afterNs: number;
  readonly networkTtlNs: number;
  readonly skewNs: number;
  readonly latenessNs: number;
  readonly lateGraceNs: number;
  readonly reasonMemoryNs: number;
  /** Null: twice the reach of the rules, at least 30 s. */
  readonly replaySpanNs: number | null;
  readonly idleAfterMs: number;
  readonly maxFutureSkewMs: number;
  readonly time: Readonly<Record<Side, TimePolicy>>;
  readonly orphanPolicy: { readonly apacheAlwaysEmit: boolean; readonly networkEmit: boolean };
  /** Addresses and CIDR, checked. */
  readonly excludeSourceIps: readonly string[];
  /** Empty: every port. */
  readonly includeDestPorts: readonly number[];
  readonly limits: {
    readonly maxHeldEvents: number;
    readonly maxHeldBytes: number;
    readonly maxPerKey: number;
    readonly overflow: 'pause' | 'evict_oldest';
  };
  readonly onStop: 'emit' | 'keep';
}

/** What the schema cannot say, at its place in the section (`['exclude_source_ips', 0]`). */
export interface CorrelationProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Checks what the schema cannot check. */
export function checkCorrelation(section: CorrelationSection): readonly CorrelationProblem[] {
  const problems: CorrelationProblem[] = [];
  for (const field of DEFAULT_KEY_FIELDS) {
    if (!section.key.includes(field)) problems.push({ path: ['key'], message: `${field} must be part of the key` });
  }
  section.exclude_source_ips.forEach((entry, i) => {
    const message = addressProblem(entry);
    if (message !== null) problems.push({ path: ['exclude_source_ips', i], message });
  });
  for (const name of ['time_window', 'before', 'after'] as const) {
    const span = section[name];
    if (span !== null && toNs(span.value, span.unit) > MAX_SPAN_S * 1e9) {
      problems.push({ path: [name, 'value'], message: 'longer than 30 days' });
    }
  }
  return problems;
}

/** @throws RangeError when `checkCorrelation` has problems. */
export function resolveCorrelatorConfig(
  section: CorrelationSection,
  topicPrefix: string = DEFAULT_TOPIC_PREFIX,
  defaults: Pick<CorrelatorConfig, 'onStop'> = { onStop: 'emit' },
): CorrelatorConfig {
  const [problem] = checkCorrelation(section);
  if (problem !== undefined) throw new RangeError(`correlation.${problem.path.join('.')}: ${problem.message}`);
  const before = section.before ?? section.time_window;
  const after = section.after ?? section.time_window;
  const { limits } = section;
  return {
    topics: {
      http: topicName('http', topicPrefix),
      network: topicName('network', topicPrefix),
      correlated: topicName('correlated', topicPrefix),
      state: topicName('correlator-state', topicPrefix),
      deadLetter: topicName('dead-letter', topicPrefix),
    },
    group: `${topicPrefix}.correlator`,
    transactionalIdPrefix: `${topicPrefix}.correlator`,
    keyFields: KEY_FIELDS.filter((field) => section.key.includes(field)),
    mode: section.matching.mode,
    beforeNs: toNs(before.value, before.unit),
    afterNs: toNs(after.value, after.unit),
    networkTtlNs: toNs(section.ttl.network_ttl_s, 's'),
    skewNs: toNs(section.skew_ms, 'ms'),
    latenessNs: toNs(section.lateness_ms, 'ms'),
    lateGraceNs: toNs(section.late_grace_s, 's'),
    reasonMemoryNs: toNs(section.reason_memory_s, 's'),
    replaySpanNs: section.replay_span_s === null ? null : toNs(section.replay_span_s, 's'),
    idleAfterMs: section.idle_after_ms,
    maxFutureSkewMs: section.max_future_skew_s * 1000,
    time: { A: section.sources.A.time, B: section.sources.B.time },
    orphanPolicy: {
      apacheAlwaysEmit: section.orphan_policy.apache_always_emit,
      networkEmit: section.orphan_policy.network_emit,
    },
    excludeSourceIps: section.exclude_source_ips,
    includeDestPorts: section.include_dest_ports,
    limits: {
      maxHeldEvents: limits.max_held_events,
      maxHeldBytes: limits.max_held_bytes,
      maxPerKey: limits.max_per_key,
      overflow: limits.overflow,
    },
    onStop: section.on_stop ?? defaults.onStop,
  };
}

function toNs(value: number, unit: keyof typeof NS_PER): number {
  return Math.round(value * NS_PER[unit]);
}

function addressProblem(entry: string): string | null {
  const [address = '', prefix, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || rest.length > 0)
    return 'neither an IP address nor a network in CIDR form';
  if (prefix === undefined) return null;
  const bits = version === 4 ? 32 : 128;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits ? null : `a prefix is a number from 0 to ${bits}`;
}
