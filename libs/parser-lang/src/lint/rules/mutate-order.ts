import type { Option } from '../../syntax/tree.ts';
import { MUTATE_ORDER } from '../analysis/plugin-options.ts';
import { eachPlugin, stringsOf } from '../analysis/statement-walk.ts';
import { TokenSet } from '../analysis/token-set.ts';
import type { LintRule } from '../rule.ts';

export const mutateOrder: LintRule = {
  name: 'mutate-order',
  doc: 'Operations of one mutate block touch the same token and are written in another order than they run in.',
  severity: 'warning',
  *check({ program }) {
    for (const plugin of eachPlugin(program, 'mutate')) {
      const earlier = new Map<string, { changed: TokenSet; read: TokenSet }>();
      for (const option of plugin.options) {
        const rank = MUTATE_ORDER.indexOf(option.name);
        if (rank === -1) continue;
        const { changed, read } = tokensOf(option);
        const clash = [...earlier].find(
          ([name, tokens]) =>
            MUTATE_ORDER.indexOf(name) > rank &&
            (changed.some((path) => tokens.changed.overlaps(path) || tokens.read.overlaps(path)) ||
              read.some((path) => tokens.changed.overlaps(path))),
        );
        const own = earlier.get(option.name) ?? { changed: new TokenSet(), read: new TokenSet() };
        earlier.set(option.name, own);
        for (const path of changed) own.changed.add(path);
        for (const path of read) own.read.add(path);
        if (clash === undefined) continue;
        yield {
          span: option.nameSpan,
          message: `"${option.name}" runs before "${clash[0]}" of this block, though it is written behind it`,
          hint: 'use two mutate blocks in the order that is meant',
        };
      }
    }
  },
};

interface OperationTokens {
  readonly changed: readonly string[];
  readonly read: readonly string[];
}

function tokensOf({ name, value }: Option): OperationTokens {
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
      return {
        changed: keys,
        read: texts.flatMap((text) => [...text.matchAll(/%\{([^{}]*)\}/g)].map((match) => match[1] ?? '')),
      };
    default:
      return { changed: keys, read: [] };
  }
}
