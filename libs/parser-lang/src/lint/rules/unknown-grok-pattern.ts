import { CORE_LIBRARY } from '@logweave/grok';
import { grokParts, grokPatternsOf } from '../analysis/grok-captures.ts';
import { didYouMean } from '../analysis/nearest-name.ts';
import { sourceOffsets, sourceSpan } from '../analysis/source-offsets.ts';
import { eachPlugin } from '../analysis/statement-walk.ts';
import type { LintRule } from '../rule.ts';

export const unknownGrokPattern: LintRule = {
  name: 'unknown-grok-pattern',
  doc: 'A grok pattern refers to a named pattern that there is not, and so never matches.',
  severity: 'warning',
  *check({ program, text }) {
    for (const plugin of eachPlugin(program, 'grok')) {
      for (const { pattern } of grokPatternsOf(plugin)) {
        const offsets = sourceOffsets(text, pattern);
        for (const { library, from, to } of grokParts(pattern.text)) {
          if (library === null || CORE_LIBRARY.patterns.has(library)) continue;
          yield {
            span: sourceSpan(offsets, from, to),
            message: `there is no pattern %{${library}}`,
            hint: didYouMean(library, CORE_LIBRARY.patterns.keys()) || 'write it out as a regular expression',
          };
        }
      }
    }
  },
};
