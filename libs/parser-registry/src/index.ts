export {
  activateVersion,
  type Change,
  deactivateVersion,
  type Editor,
  type NewVersion,
  rollBack,
  rollBackFailed,
  submitVersion,
} from './changes.ts';
export { type DecodedParserRecord, decodeParserRecord } from './decode-parser-record.ts';
export { appendsRepeated, type LanguageText, languageText } from './language-text.ts';
export { logTypeProblem } from './log-type.ts';
export {
  type ActivationRecord,
  encodeParserRecord,
  type ParserRecord,
  parserRecordKey,
  type Selection,
  type SourceForm,
  type ValidationSummary,
  type VersionKind,
  type VersionRecord,
  type VersionState,
} from './parser-record.ts';
export { type ActiveParser, ParserRegistry, type PrebuiltParser } from './parser-registry.ts';
export {
  type ChangeOutcome,
  changeRegistry,
  type ReadRegistry,
  readRegistry,
  type RegistryPlace,
} from './registry-store.ts';
