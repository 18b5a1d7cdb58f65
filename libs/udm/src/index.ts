export { completeEntity, completeEvent, type EngineFacts, type IngestionLabel } from './complete.ts';
export { decodeEntity, decodeEvent } from './decode/decode-record.ts';
export { encodeEntity, encodeEvent, encodeExtension } from './encode/encode-record.ts';
export { UDM_LIMITS } from './limits.ts';
export {
  DEPRECATED_FIELDS,
  type DeprecatedField,
  type Deprecation,
  findDeprecation,
} from './lint/deprecated-fields.ts';
export { type ResolvedField, resolvePath, type UdmRoot } from './lint/resolve-path.ts';
export { suggestField } from './lint/suggest-field.ts';
export { type MergeOptions, mergeExtension } from './merge-extension.ts';
export { mirrorAssets } from './mirror-asset.ts';
export type { Encoded, UdmProblem, UdmProblemCode } from './problem.ts';
export { formatTimestamp } from './scalars/timestamp.ts';
export type * from './schema/udm-types.ts';
export type { UdmJson } from './udm-json.ts';
export { requiredNouns, validateEvent } from './validate/validate-event.ts';
export { validateEntity } from './validate/validate-entity.ts';
export { type EventTypeRule, eventTypeRule } from './validate/event-type-rules.ts';
export type { ValidationPolicy } from './validate/policy.ts';
export { ExactNumber, numberOf, numberText, type Value, type ValueList, type ValueMap } from './value.ts';
