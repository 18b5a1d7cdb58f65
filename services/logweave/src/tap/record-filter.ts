import type { LogRecord } from '@logweave/event-log';
import { decodeJsonString, FieldTable, SCAN, scanObject } from '@logweave/json-bytes';
import { InvalidArgumentError } from 'commander';

const QUOTE = 34;
/** What stands in a topic has passed its limits already. */
const UNLIMITED = { depth: Number.POSITIVE_INFINITY, keys: Number.POSITIVE_INFINITY };
const table = new FieldTable();
const decoder = new TextDecoder();

/** A field at the top level of a record and the value that it must have. */
export interface FieldFilter {
  readonly field: string;
  readonly value: string;
}

/** Reads `field=value`. @throws InvalidArgumentError */
export function parseFilter(text: string): FieldFilter {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('a filter has the form field=value');
  return { field: text.slice(0, at), value: text.slice(at + 1) };
}

/**
 * Whether a record is a JSON object that has all these values. A value is compared as text, a number as it is written,
 * so that nanoseconds keep their last digits. What is no JSON object fits no filter.
 */
export function fits(record: Pick<LogRecord, 'value'>, filters: readonly FieldFilter[]): boolean {
  if (filters.length === 0) return true;
  if (record.value === null) return false;
  const fields = topLevelTexts(record.value);
  return filters.every(({ field, value }) => fields.get(field) === value);
}

/** The fields of a JSON object as text; empty when it is none. */
function topLevelTexts(bytes: Uint8Array): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  if (scanObject(bytes, 0, bytes.length, table, UNLIMITED) !== SCAN.ok) return texts;
  for (let i = 0; i < table.count; i++) {
    const name = decodeJsonString(bytes, table.nameStart[i] as number, table.nameEnd[i] as number);
    const start = table.valueStart[i] as number;
    const end = table.valueEnd[i] as number;
    const isString = bytes[start] === QUOTE;
    texts.set(
      name,
      isString ? decodeJsonString(bytes, start + 1, end - 1) : decoder.decode(bytes.subarray(start, end)),
    );
  }
  return texts;
}
