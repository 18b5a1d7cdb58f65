import type { UdmProblem, UdmProblemCode } from '../problem.ts';
import { EVENT_SCHEMA } from '../schema/schema.ts';
import type { UdmJson } from '../udm-json.ts';
import { objectIn, textIn } from '../udm-json-path.ts';
import { parseCondition } from './condition.ts';
import { type EventTypeRule, eventTypeRule } from './event-type-rules.ts';
import { checkMetadataFormats, checkNounFormats, nounsOf } from './formats.ts';
import { type RuleKind, severityOf, type ValidationPolicy, validationMessage } from './policy.ts';

/** Every event but a generic one says who or what it is about. */
const SOME_NOUN = parseCondition('principal|target|src|observer|intermediary|about');

type Report = (kind: RuleKind, code: UdmProblemCode, path: string, what: string) => void;

function checkMetadata(metadata: UdmJson | undefined, report: Report): void {
  if (metadata?.['eventTimestamp'] === undefined) {
    report('firm', 'missing_field', 'metadata.event_timestamp', 'metadata.event_timestamp field is not set');
  }
  if (metadata?.['eventType'] === undefined) {
    report('firm', 'missing_field', 'metadata.event_type', 'metadata.event_type field is not set');
  }
  for (const [json, name] of [
    ['vendorName', 'vendor_name'],
    ['productName', 'product_name'],
  ] as const) {
    if (metadata?.[json] === undefined) {
      report('advice', 'missing_field', `metadata.${name}`, `metadata.${name} field is not set`);
    }
  }
}

function checkEventType(event: UdmJson, eventType: string, rule: EventTypeRule, report: Report): void {
  if (eventType !== 'GENERIC_EVENT' && !SOME_NOUN.holds(event)) {
    report(
      'firm',
      'missing_field',
      '',
      `none of principal, target, src, observer, intermediary, about is set (${eventType})`,
    );
  }
  for (const kind of ['firm', 'guide'] as const) {
    for (const condition of rule[kind]) {
      if (!condition.holds(event)) {
        report(kind, 'missing_field', condition.path, `${condition.unmet} (${eventType})`);
      }
    }
  }
}

/**
 * Checks an event in normal form (`encodeEvent`, `decodeEvent`) against what its type asks for and against the formats of
 * its values. Rules: the UDM usage guide, weighed by what real events of the reference engine have. To be called when
 * `completeEvent` has set what the engine sets.
 */
export function validateEvent(event: UdmJson, policy: ValidationPolicy = 'default'): readonly UdmProblem[] {
  const problems: UdmProblem[] = [];
  const report: Report = (kind, code, path, what) => {
    problems.push({ severity: severityOf(kind, policy), code, path, message: validationMessage(what) });
  };
  const metadata = objectIn(event, 'metadata');
  checkMetadata(metadata, report);
  const eventType = textIn(metadata, 'eventType');
  if (eventType !== undefined) checkEventType(event, eventType, eventTypeRule(eventType), report);
  if (metadata !== undefined) checkMetadataFormats(metadata, problems);
  for (const [noun, path] of nounsOf(event)) checkNounFormats(noun, path, problems);
  return problems;
}

const NOUNS = EVENT_SCHEMA.list
  .filter((field) => field.type.kind === 'message' && field.type.message.name === 'Noun')
  .map((field) => field.name);

/**
 * The nouns that an event of a type cannot go without: by the rules that reject under a policy. For an editor's checks;
 * a choice between nouns (`principal or target`) is not told.
 */
export function requiredNouns(eventType: string, policy: ValidationPolicy = 'default'): readonly string[] {
  const { firm, guide } = eventTypeRule(eventType);
  const rejecting = { lenient: [], default: firm, strict: [...firm, ...guide] }[policy];
  const roots = rejecting.filter((condition) => condition.single).map((condition) => condition.path.split('.')[0]);
  return NOUNS.filter((noun) => roots.includes(noun));
}
