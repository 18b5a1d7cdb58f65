import type { AuditPlan, RangeStart } from '@logweave/audit';
import { correlationRules, resolveCorrelatorConfig } from '@logweave/correlator';
import type { Config } from '../compose/config-schema.ts';

/** What the configuration asks of the topics. */
export function auditPlan(config: Pick<Config, 'correlation' | 'topics'>, start: RangeStart): AuditPlan {
  const correlator = resolveCorrelatorConfig(config.correlation, config.topics.prefix);
  const { topics, group, onStop } = correlator;
  return { topics, group, rules: correlationRules(correlator), onStop, start };
}
