import type { Option } from '../../syntax/tree.ts';
import { MUTATE_ORDER } from '../analysis/plugin-options.ts';
import { eachPlugin, stringsOf } from '../analysis/statement-walk.ts';
import type { LintRule } from '../rule.ts';

export const mutateOrder: LintRule = {
  name: 'mutate-order',
  doc: 'Operations of one mutate block touch the same token and are written in another order than they run in.',
  severity: 'warning',
  *check({ program }) {
    for (const plugin of eachPlugin(program, 'mutate')) {
      const known = plugin.options.filter(({ name }) => MUTATE_ORDER.includes(name));
      for (const [at, later] of known.entries()) {
        const rank = MUTATE_ORDER.indexOf(later.name);
        const earlier = known
          .slice(0, at)
          .find((option) => MUTATE_ORDER.indexOf(option.name) > rank && shareToken(option, later));
        if (earlier === undefined) continue;
        yield {
          span: later.nameSpan,
          message: `"${later.name}" runs before "${earlier.name}" of this block, though it is written behind it`,
          hint: 'use two mutate blocks in the order that is meant',
        };
      }
    }
  },
};

/** Whether one operation changes a token that the other reads or changes. */
function shareToken(first: Option, second: Option): boolean {
  const a = touched(first);
  const b = touched(second);
  return overlaps(a.changed, [...b.changed, ...b.read]) || overlaps(b.changed, a.read);
}

function overlaps(changed: readonly string[], others: readonly string[]): boolean {
  return changed.some((path) =>
    others.some((other) => path === other || path.startsWith(`${other}.`) || other.startsWith(`${path}.`)),
  );
}

function touched({ name, value }: Option): { changed: readonly string[]; read: readonly string[] } {
  if (value.kind === 'array') {
    const strings = stringsOf(value).map(({ text }) => text);
    return { changed: name === 'gsub' ? strings.filter((_, at) => at % 3 === 0) : strings, read: [] };
  }
  if (value.kind !== 'hash') return { changed: [], read: [] };
  const keys = value.pairs.map(({ key }) => key);
  const texts = value.pairs.map((pair) => (pair.value.kind === 'string' ? pair.value.text : ''));
  switch (name) {
    case 'rename':
      return { changed: [...keys, ...texts], read: [] };
    case 'merge':
    case 'copy':
      return { changed: keys, read: texts };
    case 'replace':
    case 'update':
      return {
        changed: keys,
        read: texts.flatMap((text) => [...text.matchAll(/%\{([^{}]*)\}/g)].map((match) => match[1] ?? '')),
      };
    default:
      return { changed: keys, read: [] };
  }
}
