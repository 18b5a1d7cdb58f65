export { ExactNumber, numberOf, type Value, type ValueList, type ValueMap } from './value.ts';

/** A UDM record in proto3 JSON: camelCase names, 64-bit integers as strings, enums by name. */
export type UdmJson = { readonly [field: string]: unknown };
