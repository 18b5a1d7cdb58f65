export { joinByOracle } from './oracle/join-oracle.ts';
export type { OracleEvent, OracleOutcome, OracleRules } from './oracle/oracle-event.ts';
export { auditLog, type AuditHooks } from './audit-log.ts';
export { type AuditPlan, type RangeStart } from './audit-plan.ts';
export { type AuditReport, balanced, type SideTally, type Unproven } from './audit-report.ts';
export { type Offender, type OffenderKind, placeText } from './offender.ts';
export type { RowCount, RowCounts, SpanCount } from './compare-rows.ts';
