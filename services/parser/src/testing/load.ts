import type { ProducerRecord } from '@logweave/event-log';
import { HEADERS } from '@logweave/model';

/** What each log of the load has to become, by what is left of its number divided by ten. */
const KINDS = [
  'events:1',
  'bad',
  'boom',
  'nothing',
  'drop:TAG_UNSUPPORTED',
  'events:3',
  'unknown',
  'fine',
  'fine',
  'fine',
];

/** Log `number` of a load that has everything in it; logs of a number are the same in every process. */
export function loadLog(number: number, timestampMs: number): ProducerRecord & { readonly key: Buffer } {
  const kind = KINDS[number % KINDS.length] ?? '';
  return {
    key: Buffer.from(`source ${number % 16}`),
    value: Buffer.from(`${kind} n${number}`),
    headers: [{ name: HEADERS.logType, value: Buffer.from(kind === 'unknown' ? 'NOBODYS' : 'TEST_LOG') }],
    timestampMs,
  };
}

/** What has to become of the first `logs` logs of the load. */
export function expectedOutcomes(logs: number): {
  readonly logs: number;
  readonly parsed: number;
  readonly events: number;
  readonly deadLetters: number;
  readonly dropped: number;
  readonly rawOnly: number;
  readonly findings: readonly string[];
} {
  const expected = { logs, parsed: 0, events: 0, deadLetters: 0, dropped: 0, rawOnly: 0, findings: [] };
  for (let number = 0; number < logs; number++) {
    const kind = KINDS[number % KINDS.length] ?? '';
    if (kind === 'unknown') expected.rawOnly++;
    else if (kind.startsWith('drop')) expected.dropped++;
    else if (['bad', 'boom', 'nothing'].includes(kind)) expected.deadLetters++;
    else {
      expected.parsed++;
      expected.events += kind === 'events:3' ? 3 : 1;
    }
  }
  return expected;
}
