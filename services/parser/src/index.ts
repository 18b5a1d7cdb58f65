export { type ParserConfig, type ParserSection, parserSectionSchema, resolveParserConfig } from './config.ts';
export { type CheckedOutcomes, checkOutcomes, type OutcomeReport } from './check-outcomes.ts';
export { languageEngine } from './language-engine.ts';
export type { CompiledParser, EventContext, ParseEngine, ParserText } from './parse-engine.ts';
export { createParser, type ParserDeps } from './parser-service.ts';
