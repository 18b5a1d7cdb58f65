import type { FieldTable } from './field-table.ts';
import { decodeJsonString } from './scan-object.ts';

/** Whether two names mean the same text. The hashes are compared first, then bytes, then (escapes) the decoded texts. */
export function sameName(
  a: Uint8Array,
  tableA: FieldTable,
  fieldA: number,
  b: Uint8Array,
  tableB: FieldTable,
  fieldB: number,
): boolean {
  if (tableA.nameHash[fieldA] !== tableB.nameHash[fieldB]) return false;
  const startA = tableA.nameStart[fieldA] as number;
  const endA = tableA.nameEnd[fieldA] as number;
  const startB = tableB.nameStart[fieldB] as number;
  const endB = tableB.nameEnd[fieldB] as number;
  if (tableA.nameEscaped[fieldA] === 0 && tableB.nameEscaped[fieldB] === 0) {
    return sameBytes(a, startA, endA, b, startB, endB);
  }
  return decodeJsonString(a, startA, endA) === decodeJsonString(b, startB, endB);
}

/** Whether two ranges hold the same bytes. */
export function sameBytes(
  a: Uint8Array,
  startA: number,
  endA: number,
  b: Uint8Array,
  startB: number,
  endB: number,
): boolean {
  const length = endA - startA;
  if (endB - startB !== length) return false;
  for (let i = 0; i < length; i++) {
    if (a[startA + i] !== b[startB + i]) return false;
  }
  return true;
}
