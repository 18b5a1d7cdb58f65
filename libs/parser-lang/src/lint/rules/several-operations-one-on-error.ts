import { mutateOperations } from '../analysis/plugin-effects.ts';
import { eachPlugin, stringOption } from '../analysis/statement-walk.ts';
import type { Option } from '../../syntax/tree.ts';
import type { LintRule } from '../rule.ts';

export const severalOperationsOneOnError: LintRule = {
  name: 'several-operations-one-on-error',
  doc: 'Several operations that may fail share one on_error: the first failure skips the rest, and the flag does not tell which.',
  severity: 'warning',
  *check({ program }) {
    for (const plugin of eachPlugin(program, 'mutate')) {
      if (stringOption(plugin, 'on_error') === null) continue;
      const sources = new Set(mutateOperations(plugin).flatMap(fallibleSources));
      if (sources.size < 2) continue;
      yield {
        span: plugin.nameSpan,
        message: `operations on ${sources.size} tokens share one on_error; when one fails, those behind it do not run`,
        hint: 'give each a mutate block and an on_error of its own',
      };
    }
  },
};

/** What operations that may fail read, once for each token: two that read the same fail together. */
function fallibleSources({ name, value }: Option): readonly string[] {
  if (value.kind !== 'hash') return [];
  switch (name) {
    case 'convert':
      return value.pairs.map(({ key }) => key);
    case 'copy':
    case 'replace':
      return value.pairs.flatMap((pair) => (pair.value.kind === 'string' ? read(name, pair.value.text) : []));
    default:
      return [];
  }
}

function read(operation: string, text: string): readonly string[] {
  if (operation === 'copy') return [text];
  return [...text.matchAll(/%\{([^{}]*)\}/g)].map((match) => match[1] ?? '');
}
