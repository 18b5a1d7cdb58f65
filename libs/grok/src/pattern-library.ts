import { BUILT_IN_PATTERNS } from './library/built-in-patterns.ts';

/** Named patterns that `%{NAME}` refers to. */
export interface PatternLibrary {
  readonly patterns: ReadonlyMap<string, string>;
}

/** What Logstash 1.4.2 knows, written for RE2. */
export const CORE_LIBRARY: PatternLibrary = { patterns: BUILT_IN_PATTERNS };

/** The library with the patterns added; one of a name that is there already takes its place. */
export function extendLibrary(base: PatternLibrary, patterns: Readonly<Record<string, string>>): PatternLibrary {
  return { patterns: new Map([...base.patterns, ...Object.entries(patterns)]) };
}

/** Whether the pattern is one that ships, which may use more than RE2's syntax. */
export function isBuiltIn(name: string, source: string): boolean {
  return BUILT_IN_PATTERNS.get(name) === source;
}
