/** What the usage guide asks of one type of event. */
export interface EventTypeRequirement {
  readonly eventType: string;
  /** Every entry must hold. An entry is one condition or several joined by `|`, of which one must hold. */
  readonly required: readonly string[];
  /** What such an event usually has as well, without conditions. */
  readonly usual: readonly string[];
}

// Every event needs these; the validator asks for them itself.
const COMMON = new Set(['metadata.event_timestamp', 'metadata.event_type']);

// The guide's words in terms of paths.
const WORDED: Readonly<Record<string, string>> = {
  'principal.machine_id (remote) or target.machine_id (local)': 'principal.machine_id|target.machine_id',
};

/** A condition as the validator reads it: `noun`, `noun.machine_id`, a path, or `path=VALUE`; alternatives joined by `|`. */
function toCondition(text: string): string {
  const worded = WORDED[text];
  if (worded !== undefined) return worded;
  const value = /^(.*)\.type\|resource_type=([A-Z_]+)$/.exec(text);
  if (value !== null) return `${value[1]}.resource_type=${value[2]}|${value[1]}.type=${value[2]}`;
  return text;
}

function textsAt(value: unknown, where: string): string[] {
  if (!Array.isArray(value)) throw new Error(`${where}: not a list`);
  return value.map((text: unknown) => {
    if (typeof text !== 'string') throw new Error(`${where}: not a string`);
    return text;
  });
}

/** Keeps the types of which the guide asks something. A requirement "if …" or "when …" only counts as usual. */
export function readEventTypes(json: unknown): EventTypeRequirement[] {
  if (typeof json !== 'object' || json === null) throw new Error('event types: not an object');
  const requirements: EventTypeRequirement[] = [];
  for (const [eventType, entry] of Object.entries(json as { readonly [key: string]: unknown })) {
    if (eventType.startsWith('_')) continue;
    const { required, optional } = entry as { readonly required?: unknown; readonly optional?: unknown };
    const conditions = textsAt(required, eventType).filter((text) => !COMMON.has(text));
    const firm = conditions.filter((text) => WORDED[text] !== undefined || !text.includes('('));
    const conditional = conditions.filter((text) => !firm.includes(text));
    const usual = [...conditional, ...textsAt(optional, eventType)].map((text) => text.replace(/ \(.*\)$/, ''));
    if (firm.length + usual.length === 0) continue;
    requirements.push({
      eventType,
      required: firm.map(toCondition),
      usual: usual.filter((text) => /^[a-z_.]+$/.test(text)),
    });
  }
  return requirements;
}
