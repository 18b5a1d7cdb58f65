import { comparedWithOtherType } from './rules/compared-with-other-type.ts';
import { convertOfString } from './rules/convert-of-string.ts';
import { dateWithoutYear } from './rules/date-without-year.ts';
import { deprecatedField } from './rules/deprecated-field.ts';
import { dottedName } from './rules/dotted-name.ts';
import { droppedEverything } from './rules/dropped-everything.ts';
import { duplicateKey } from './rules/duplicate-key.ts';
import { duplicateOnErrorFlag } from './rules/duplicate-on-error-flag.ts';
import { duplicateOption } from './rules/duplicate-option.ts';
import { eventTypeWithoutNouns } from './rules/event-type-without-nouns.ts';
import { extractedNeverUsed } from './rules/extracted-never-used.ts';
import { grokNoCapture } from './rules/grok-no-capture.ts';
import { grokOverwrite } from './rules/grok-overwrite.ts';
import { invalidRegexp } from './rules/invalid-regexp.ts';
import { loopTemporaryNotReset } from './rules/loop-temporary-not-reset.ts';
import { mergeOnSingular } from './rules/merge-on-singular.ts';
import { misspeltOption } from './rules/misspelt-option.ts';
import { mutateOrder } from './rules/mutate-order.ts';
import { neverOutputs } from './rules/never-outputs.ts';
import { numberInText } from './rules/number-in-text.ts';
import { outputWithoutEvent } from './rules/output-without-event.ts';
import { rebaseMixedWithYear } from './rules/rebase-mixed-with-year.ts';
import { replaceOnRepeated } from './rules/replace-on-repeated.ts';
import { reservedName } from './rules/reserved-name.ts';
import { severalOperationsOneOnError } from './rules/several-operations-one-on-error.ts';
import { singleBackslash } from './rules/single-backslash.ts';
import { statedumpLeft } from './rules/statedump-left.ts';
import { staticOnly } from './rules/static-only.ts';
import { uninitialisedFieldInCondition } from './rules/uninitialised-field-in-condition.ts';
import { unknownConvertType } from './rules/unknown-convert-type.ts';
import { unknownDateFormat } from './rules/unknown-date-format.ts';
import { unknownEnumValue } from './rules/unknown-enum-value.ts';
import { unknownGrokPattern } from './rules/unknown-grok-pattern.ts';
import { unknownUdmField } from './rules/unknown-udm-field.ts';
import { unreachableBranch } from './rules/unreachable-branch.ts';
import { unsetNameInCondition } from './rules/unset-name-in-condition.ts';
import { unsetNameInValue } from './rules/unset-name-in-value.ts';
import { xmlIndexFromZero } from './rules/xml-index-from-zero.ts';
import type { LintRule } from './rule.ts';

/** Every rule there is, by name. */
export const LINT_RULES: readonly LintRule[] = [
  comparedWithOtherType,
  convertOfString,
  dateWithoutYear,
  deprecatedField,
  dottedName,
  droppedEverything,
  duplicateKey,
  duplicateOnErrorFlag,
  duplicateOption,
  eventTypeWithoutNouns,
  extractedNeverUsed,
  grokNoCapture,
  grokOverwrite,
  invalidRegexp,
  loopTemporaryNotReset,
  mergeOnSingular,
  misspeltOption,
  mutateOrder,
  neverOutputs,
  numberInText,
  outputWithoutEvent,
  rebaseMixedWithYear,
  replaceOnRepeated,
  reservedName,
  severalOperationsOneOnError,
  singleBackslash,
  statedumpLeft,
  staticOnly,
  uninitialisedFieldInCondition,
  unknownConvertType,
  unknownDateFormat,
  unknownEnumValue,
  unknownGrokPattern,
  unknownUdmField,
  unreachableBranch,
  unsetNameInCondition,
  unsetNameInValue,
  xmlIndexFromZero,
];
