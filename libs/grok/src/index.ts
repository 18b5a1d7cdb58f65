export { compileGrok, type GrokMatcher, type GrokValues } from './grok.ts';
export { GrokError } from './grok-error.ts';
export { compileRegExp, LinearRegExp } from './linear-regexp.ts';
export type { Match } from './matcher.ts';
export { CORE_LIBRARY, extendLibrary, type PatternLibrary } from './pattern-library.ts';
export { compileTemplate, type ReplaceTemplate } from './replace-template.ts';
export { RegExpSyntaxError } from './syntax/syntax-error.ts';
