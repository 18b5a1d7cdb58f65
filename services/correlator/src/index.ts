export { acceptResets, findResets, type ResetFinding } from './accept-reset.ts';
export {
  type CorrelationProblem,
  type CorrelationSection,
  type CorrelatorConfig,
  checkCorrelation,
  correlationSectionSchema,
  type MatchingMode,
  resolveCorrelatorConfig,
} from './config.ts';
export { correlationRules } from './correlation-rules.ts';
export { type CorrelatorService, createCorrelator } from './correlator.ts';
export { ForeignOffsetsError, InputGapError } from './task-restore.ts';
