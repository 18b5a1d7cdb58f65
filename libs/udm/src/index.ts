export { encodeEntity, encodeEvent } from './encode/encode-record.ts';
export { UDM_LIMITS } from './limits.ts';
export type { Encoded, UdmProblem, UdmProblemCode } from './problem.ts';
export type { UdmJson } from './udm-json.ts';
export { ExactNumber, numberOf, type Value, type ValueList, type ValueMap } from './value.ts';
