import { type AuditReport, balanced, placeText, type SideTally } from '@logweave/audit';

const OUTCOMES: readonly (readonly [keyof SideTally, string])[] = [
  ['matched', 'in a joined record'],
  ['orphan', 'orphans'],
  ['suppressed', 'suppressed by policy'],
  ['filtered', 'left out by filters'],
  ['deadLetter', 'dead letters'],
  ['pending', 'pending'],
  ['expired', 'older than the results'],
  ['lost', 'LOST'],
];

/** Offenders that are listed for people; `--json` has more. */
const LISTED = 50;

/** The report as a table with a verdict. */
export function auditText(report: AuditReport): string {
  const { sides, unread, unproven, offenderCounts } = report;
  const rows: (readonly [string, number, number])[] = [['events read', sides.A.read, sides.B.read]];
  for (const [name, label] of OUTCOMES) {
    if (sides.A[name] + sides.B[name] > 0 || name === 'lost') rows.push([label, sides.A[name], sides.B[name]]);
  }
  if (unread.A + unread.B > 0) rows.push(['not yet read by the correlator', unread.A, unread.B]);
  const lines = [line('', 'http', 'network'), ...rows.map(([label, a, b]) => line(label, count(a), count(b)))];
  lines.push('', `${count(report.results)} results in ${report.partitions} partitions.`);
  lines.push(`${count(report.proven)} events have the outcome that a second, independent join gives them.`);
  const reasons: readonly (readonly [number, string])[] = [
    [unproven.late, 'late, so that the order of arrival counted'],
    [unproven.stop, 'parted by a graceful stop: as the rules say when it decides what waits (on_stop: emit)'],
    [unproven.beforeRange, 'that may belong to what lies before the range'],
    [unproven.bounds, 'with too many rivals of one key, or under evict_oldest'],
  ];
  for (const [events, why] of reasons) if (events > 0) lines.push(`${count(events)} could not be compared: ${why}.`);
  for (const [table, records] of Object.entries(report.rows?.compared ?? {})) {
    lines.push(`${count(records)} records compared with the rows of ${table}.`);
  }
  if (report.rows !== null && report.rows.pending > 0) {
    lines.push(`${count(report.rows.pending)} records are not inserted yet.`);
  }
  lines.push('', ...verdict(report, offenderCounts));
  return `${lines.join('\n')}\n`;
}

function verdict(report: AuditReport, counts: AuditReport['offenderCounts']): readonly string[] {
  if (balanced(report)) return ['The equation holds: every event has exactly one outcome.'];
  const kinds = Object.entries(counts).filter(([, n]) => n > 0);
  const lines = [`The equation does NOT hold: ${kinds.map(([kind, n]) => `${kind} ${count(n)}`).join(', ')}.`];
  for (const offender of report.offenders.slice(0, LISTED)) {
    lines.push(`  ${offender.kind}  ${placeText(offender)}  ${offender.key ?? '-'}  ${offender.why}`);
  }
  const total = kinds.reduce((sum, [, n]) => sum + n, 0);
  if (total > LISTED) lines.push(`  … and ${count(total - LISTED)} more; --json lists up to 1,000`);
  return lines;
}

function line(label: string, a: string, b: string): string {
  return `${label.padEnd(32)}${a.padStart(14)}${b.padStart(14)}`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
