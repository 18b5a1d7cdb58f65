import type { Counts, OrphanTally, Tally, Warehouse } from '@logweave/warehouse';

/** Requests whose user agent names a browser while their fingerprint is that of a tool. */
export interface Contradiction {
  readonly userAgent: string;
  readonly ja4: string;
  /** The user agent under which this fingerprint says what it is. */
  readonly tool: string;
  readonly rows: number;
  readonly clients: number;
}

/** What ClickHouse holds once the sample has gone through. */
export interface Figures {
  readonly counts: Counts;
  readonly orphans: readonly OrphanTally[];
  readonly topJa4: readonly Tally[];
  readonly topUserAgents: readonly Tally[];
  readonly contradictions: readonly Contradiction[];
  /** Of joined requests: from the line's arrival on its socket until its row was inserted, in milliseconds. */
  readonly latencyMs: { readonly p50: number; readonly p99: number };
}

const TOP = 5;

const LATENCY = `
SELECT toFloat64(quantileExact(0.5)(ms)) AS p50, toFloat64(quantileExact(0.99)(ms)) AS p99
FROM (SELECT dateDiff('millisecond', _arrived_at, _inserted_at) AS ms FROM http_logs WHERE correlated)`;

const CLIENT = "JSONExtractString(raw_json, 'src_ip')";

/**
 * The rule, as docs/demo.md has it: a fingerprint is a tool's when some client shows it with a user agent that does not
 * begin with `Mozilla/`, as those of all browsers do. Whoever shows the same one and claims to be a browser is none.
 */
const CONTRADICTIONS = `
WITH
  seen AS (
    SELECT ja4, ifNull(toString(extra.header_user_agent), '') AS agent, ${CLIENT} AS client
    FROM http_logs WHERE correlated AND ja4 != ''),
  tools AS (
    SELECT ja4, argMax(agent, (times, agent)) AS tool
    FROM (SELECT ja4, agent, count() AS times FROM seen GROUP BY ja4, agent)
    WHERE agent != '' AND NOT startsWith(agent, 'Mozilla/')
    GROUP BY ja4)
SELECT agent AS userAgent, ja4, tool, toFloat64(count()) AS rows, toFloat64(uniqExact(client)) AS clients
FROM seen INNER JOIN tools USING (ja4)
WHERE startsWith(agent, 'Mozilla/')
GROUP BY agent, ja4, tool
ORDER BY rows DESC, userAgent, ja4`;

/** Each row as `outcomeOf` writes it. */
const OUTCOMES = `
SELECT concat(${CLIENT}, ' ', toString(src_port), ' ',
  if(a_timestamp = 0, '-', toString(a_timestamp)), ' ', if(b_timestamp = 0, '-', toString(b_timestamp))) AS outcome
FROM http_logs`;

/** Asks for all figures of the summary. */
export async function readFigures(warehouse: Warehouse): Promise<Figures> {
  const [latency] = await warehouse.select<{ p50: number; p99: number }>(LATENCY);
  return {
    counts: await warehouse.counts(),
    orphans: await warehouse.orphans(),
    topJa4: await warehouse.topJa4(TOP),
    topUserAgents: await warehouse.topUserAgents(TOP),
    contradictions: await warehouse.select<Contradiction>(CONTRADICTIONS),
    latencyMs: latency ?? { p50: 0, p99: 0 },
  };
}

/** Which events each row is made of, sorted. */
export async function readOutcomes(warehouse: Warehouse): Promise<readonly string[]> {
  const rows = await warehouse.select<{ outcome: string }>(OUTCOMES);
  return rows.map(({ outcome }) => outcome).sort();
}
