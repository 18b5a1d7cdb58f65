import { setFlagsFromString } from 'node:v8';

/**
 * A run costs the backtracks times the length of the text at worst (`\s+$` on blanks), so few of them are let pass
 * before the linear engine takes over.
 */
const BACKTRACKS_BEFORE_FALLBACK = 2000;

// Set before the first pattern is compiled: an expression compiled earlier never falls back.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
setFlagsFromString(`--regexp-backtracks-before-fallback=${BACKTRACKS_BEFORE_FALLBACK}`);

/** Compiles an expression without flags of JavaScript's that V8's linear engine can take over. */
export function compileNative(source: string, flags: '' | 'g' = ''): RegExp {
  return new RegExp(source, flags);
}
