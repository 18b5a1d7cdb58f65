import { LineIndex } from '../syntax/diagnostic.ts';
import type { Program, Span } from '../syntax/tree.ts';
import { eachLiteral, eachPlugin } from './analysis/statement-walk.ts';

const COMMENT = /#[ \t]*lint-disable(?:-(file))?(?![\w-])([^\n]*)/g;

/** What the comments of a parser's text switch off. */
export interface Suppressions {
  isOff(rule: string, offset: number): boolean;
}

/**
 * Reads `# lint-disable rule, other-rule` comments. Behind code they hold for their line; alone on a line, for the next
 * one. `# lint-disable-file rule` holds for the whole text. Without a name they hold for all rules. Text behind `--`
 * gives the reason.
 */
export function readSuppressions(program: Program, text: string): Suppressions {
  if (!text.includes('lint-disable')) return { isOff: () => false };
  const lines = new LineIndex(text);
  const strings = stringSpans(program);
  const byLine = new Map<number, Set<string>>();
  const everywhere = new Set<string>();
  for (const match of text.matchAll(COMMENT)) {
    if (strings.some(({ start, end }) => match.index > start && match.index < end)) continue;
    const names = ruleNames(match[2] ?? '');
    if (match[1] !== undefined) {
      for (const name of names) everywhere.add(name);
      continue;
    }
    const { line, column } = lines.positionOf(match.index);
    const alone = text.slice(match.index - column + 1, match.index).trim() === '';
    const target = alone ? line + 1 : line;
    const known = byLine.get(target);
    if (known === undefined) byLine.set(target, new Set(names));
    else for (const name of names) known.add(name);
  }
  const has = (names: ReadonlySet<string> | undefined, rule: string): boolean =>
    names !== undefined && (names.has(rule) || names.has(ALL));
  return {
    isOff: (rule, offset) => has(everywhere, rule) || has(byLine.get(lines.positionOf(offset).line), rule),
  };
}

const ALL = '';

function ruleNames(text: string): readonly string[] {
  const names = (text.split('--', 1)[0] ?? '').split(/[\s,]+/).filter((name) => name !== '');
  return names.length === 0 ? [ALL] : names;
}

/** Only strings over more than a glance can hold what looks like such a comment. */
function stringSpans(program: Program): readonly Span[] {
  const spans: Span[] = [];
  for (const plugin of eachPlugin(program)) {
    for (const { value } of plugin.options) {
      for (const literal of eachLiteral(value)) {
        if ((literal.kind === 'string' || literal.kind === 'code') && literal.text.includes('lint-disable')) {
          spans.push(literal.span);
        }
      }
    }
  }
  return spans;
}
