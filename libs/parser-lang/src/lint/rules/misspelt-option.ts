import { didYouMean } from '../analysis/nearest-name.ts';
import { PLUGIN_NAMES, PLUGINS } from '../analysis/plugin-options.ts';
import { eachPlugin } from '../analysis/statement-walk.ts';
import type { LintRule } from '../rule.ts';

export const misspeltOption: LintRule = {
  name: 'misspelt-option',
  doc: 'A filter or an option has a name that the language does not know: the option is ignored without a word.',
  severity: 'warning',
  *check({ program }) {
    for (const plugin of eachPlugin(program)) {
      const facts = PLUGINS.find(({ name }) => name === plugin.name);
      if (facts === undefined) {
        yield {
          span: plugin.nameSpan,
          message: `there is no filter "${plugin.name}"`,
          hint: didYouMean(plugin.name, PLUGIN_NAMES) || `filters are ${PLUGIN_NAMES.join(', ')}`,
        };
        continue;
      }
      const names = facts.options.map(({ name }) => name);
      for (const option of plugin.options) {
        if (names.includes(option.name)) continue;
        yield {
          span: option.nameSpan,
          message: `"${plugin.name}" has no option "${option.name}"; it is ignored`,
          hint: didYouMean(option.name, names) || `options are ${names.join(', ')}`,
        };
      }
    }
  },
};
