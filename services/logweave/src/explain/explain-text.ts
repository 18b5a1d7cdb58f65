import {
  type AuditPlan,
  type ExplainedEvent,
  type Explanation,
  outcomeText,
  spanText,
  timeText,
} from '@logweave/audit';

/** The explanation for people: the rules, the events in their order, and what follows. */
export function explainText(explanation: Explanation, plan: AuditPlan): string {
  const { key, partition, events, watermarkMs, advice } = explanation;
  const lines = [
    `${key} is in partition ${partition} of ${plan.topics.http} and ${plan.topics.network}.`,
    rulesText(plan),
  ];
  if (watermarkMs !== null) lines.push(`Decided is what was due before ${timeText(watermarkMs)}.`);
  if (events.length > 0) lines.push('', ...events.map((event) => eventText(event, plan)));
  lines.push('', ...(advice.length === 0 ? ['Every event has the outcome that the rules give it.'] : advice));
  return `${lines.join('\n')}\n`;
}

function rulesText({ rules }: AuditPlan): string {
  const span = (ns: number): string => spanText(ns / 1e6);
  const { mode, beforeNs, afterNs, skewNs, networkTtlNs } = rules;
  return mode === 'one_to_one'
    ? `one_to_one: a network event at most ${span(beforeNs)} before or ${span(afterNs)} after its request; the closest pair first.`
    : `one_to_many: a connection lives ${span(networkTtlNs)} after its last request; it may begin ${span(skewNs)} after its request, or ${span(afterNs)} when there is no earlier one.`;
}

function eventText(event: ExplainedEvent, plan: AuditPlan): string {
  const { side, topic, partition, offset, ms, ns, arrivalMs, delayMs, decidedMs } = event;
  const time = timeText(ms === null ? arrivalMs : ms + ns / 1e6).padEnd(28);
  const delay = delayMs > 1000 ? `, arrived ${spanText(delayMs)} later` : '';
  const decided = decidedMs === null ? '' : `, decided at ${timeText(decidedMs)}`;
  return `  ${time} ${side}  ${topic}/${partition}/${offset}  ${became(event, plan)}${decided}${delay}`;
}

function became({ side, partition, recorded, replayed }: ExplainedEvent, { topics, rules }: AuditPlan): string {
  const [first] = recorded;
  if (first === undefined) {
    if (replayed === null) return 'waits';
    if (replayed.kind !== 'orphan') return outcomeText(replayed);
    return `${rules.emitOrphans[side] ? 'in no result' : 'not written, by orphan_policy'}: ${outcomeText(replayed)}`;
  }
  const { outcome, result } = first;
  const other = side === 'A' ? topics.network : topics.http;
  const what =
    outcome.kind === 'matched' ? `joined with ${other}/${partition}/${outcome.partner}` : outcomeText(outcome);
  const more = recorded.length > 1 ? ` and ${recorded.length - 1} more` : '';
  return `${what}${more}${result === null ? '' : ` (result ${topics.correlated}/${partition}/${result})`}`;
}
