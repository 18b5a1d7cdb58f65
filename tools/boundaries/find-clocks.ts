import { blankText, lineAt } from './blank-text.ts';

export interface ClockUse {
  readonly what: string;
  /** 1-based. */
  readonly line: number;
}

const USES: readonly (readonly [RegExp, string])[] = [
  [/\bDate\s*\.\s*now\b/g, 'Date.now'],
  [/\bnew\s+Date\s*\(\s*\)/g, 'new Date()'],
  [/\bTemporal\s*\.\s*Now\b/g, 'Temporal.Now'],
  [/(?<![.\w])setTimeout\s*\(/g, 'setTimeout'],
  [/(?<![.\w])setInterval\s*\(/g, 'setInterval'],
  [/\bglobalThis\s*\.\s*set(?:Timeout|Interval)\b/g, 'setTimeout'],
  [/\bMath\s*\.\s*random\b/g, 'Math.random'],
  [/\bprocess\s*\.\s*hrtime\b/g, 'process.hrtime'],
  [/\bperformance\s*\.\s*now\b/g, 'performance.now'],
];

/** Where a source text asks the machine for time, timers or randomness. */
export function findClocks(source: string): readonly ClockUse[] {
  const code = blankText(source);
  const uses: ClockUse[] = [];
  for (const [pattern, what] of USES) {
    for (const match of code.matchAll(pattern)) uses.push({ what, line: lineAt(source, match.index) });
  }
  return uses.sort((a, b) => a.line - b.line);
}
