import type { FilterOptions } from '../../compile/compile-context.ts';
import type { Operation } from '../../compile/step.ts';
import { compileConvert } from './convert.ts';
import { compileCopy } from './copy.ts';
import { compileGsub } from './gsub.ts';
import { compileLetterCase } from './letter-case.ts';
import { compileMerge } from './merge.ts';
import { compileRemoveField } from './remove-field.ts';
import { compileRename } from './rename.ts';
import { compileReplace } from './replace.ts';
import { compileSplit } from './split.ts';

/**
 * The operations of one block run in this order whatever the order of the text, as Logstash's do. The first that fails
 * ends the block; what was done before stays done.
 */
const ORDER: readonly ((options: FilterOptions) => readonly Operation[])[] = [
  compileRename,
  compileReplace,
  compileConvert,
  compileGsub,
  (options) => compileLetterCase(options, 'uppercase'),
  (options) => compileLetterCase(options, 'lowercase'),
  compileSplit,
  compileMerge,
  compileCopy,
  compileRemoveField,
];

export function compileMutateFilter(options: FilterOptions): Operation {
  const operations = ORDER.flatMap((compile) => compile(options));
  const [only] = operations;
  if (operations.length === 1 && only !== undefined) return only;
  return (state) => {
    for (const operation of operations) {
      const result = operation(state);
      if (result !== undefined) return result;
    }
    return undefined;
  };
}
