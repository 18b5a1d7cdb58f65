import {
  completeEntity,
  completeEvent,
  encodeEntity,
  encodeEvent,
  encodeExtension,
  formatTimestamp,
  mergeExtension,
  mirrorAssets,
  type UdmJson,
  type UdmProblem,
  type ValidationPolicy,
  type Value,
  type ValueMap,
  validateEntity,
  validateEvent,
} from '@logweave/udm';
import type { Instant, RawLog } from './log-parser.ts';
import { tokenInstant } from './runtime/instant-token.ts';
import type { ParserState } from './runtime/parser-state.ts';
import { isMap } from './runtime/token-path.ts';

/** What one value of `@output` holds. */
type Output =
  | { readonly kind: 'event'; readonly udm: ValueMap; readonly time: Value | undefined }
  | { readonly kind: 'entity'; readonly entity: ValueMap };

/** Events and entities as they leave, and everything that is wrong with them. */
export interface Records {
  readonly events: readonly UdmJson[];
  readonly entities: readonly UdmJson[];
  readonly problems: readonly UdmProblem[];
}

export interface RecordOptions {
  readonly logType: string;
  readonly validation: ValidationPolicy;
  readonly extensionRepeated: 'replace' | 'append';
}

/** Null when a value of `@output` is neither an event nor an entity. */
export function readOutputs(state: ParserState): readonly Output[] | null {
  const outputs: Output[] = [];
  for (const value of state.outputs) {
    const idm = isMap(value) ? value.get('idm') : undefined;
    const udm = isMap(idm) ? idm.get('read_only_udm') : undefined;
    const entity = isMap(idm) ? idm.get('entity') : undefined;
    if (isMap(udm)) outputs.push({ kind: 'event', udm, time: isMap(value) ? value.get('timestamp') : undefined });
    else if (isMap(entity)) outputs.push({ kind: 'entity', entity });
    else return null;
  }
  return outputs;
}

/**
 * Makes the records of what a program has put out. An event without a time of its own has that of `@timestamp`, else that
 * of the log's intake.
 */
export function recordOutputs(
  outputs: readonly Output[],
  extension: readonly Output[],
  state: ParserState,
  log: RawLog,
  { logType, validation, extensionRepeated }: RecordOptions,
): Records {
  const events: UdmJson[] = [];
  const entities: UdmJson[] = [];
  const problems: UdmProblem[] = [];
  const time = tokenInstant(state.tokens.get('@timestamp')) ?? log.createTime;
  for (const output of outputs) {
    if (output.kind === 'event') {
      const encoded = encodeEvent(output.udm);
      problems.push(...encoded.problems);
      const extended = extendEvent(encoded.json, extension, extensionRepeated, problems);
      const eventTime = timeText(tokenInstant(output.time) ?? time, log);
      const event = completeEvent(mirrorAssets(extended), { logType, eventTime });
      problems.push(...validateEvent(event, validation));
      events.push(event);
    } else {
      const encoded = encodeEntity(output.entity);
      problems.push(...encoded.problems);
      const entity = completeEntity(encoded.json, { eventTime: timeText(time, log) });
      problems.push(...validateEntity(entity, validation));
      entities.push(entity);
    }
  }
  return { events, entities, problems };
}

/** RFC 3339; a parser may have set a time outside of the years 1 to 9999, which cannot be written. */
function timeText({ seconds, nanos }: Instant, log: RawLog): string {
  const text = formatTimestamp(seconds, nanos);
  return typeof text === 'string' ? text : timeText(log.createTime, log);
}

/** Several events of an extension fold into one, the later over the earlier. */
function extendEvent(
  base: UdmJson,
  extension: readonly Output[],
  repeated: 'replace' | 'append',
  problems: UdmProblem[],
): UdmJson {
  let event = base;
  for (const output of extension) {
    if (output.kind !== 'event') continue;
    const encoded = encodeExtension(output.udm);
    problems.push(...encoded.problems);
    event = mergeExtension(event, encoded.json, { repeated });
  }
  return event;
}
