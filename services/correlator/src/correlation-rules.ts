import type { CorrelationRules } from '@logweave/correlation';
import type { Side, SourceRules } from '@logweave/model';
import type { CorrelatorConfig } from './config.ts';

/** What the engine needs of the configuration. */
export function correlationRules(config: CorrelatorConfig): CorrelationRules {
  const source = (side: Side): SourceRules => ({
    side,
    keyFields: config.keyFields,
    time: config.time[side],
    maxFutureSkewMs: config.maxFutureSkewMs,
  });
  return {
    mode: config.mode,
    beforeNs: config.beforeNs,
    afterNs: config.afterNs,
    skewNs: config.skewNs,
    networkTtlNs: config.networkTtlNs,
    latenessNs: config.latenessNs,
    lateGraceNs: config.lateGraceNs,
    reasonMemoryNs: config.reasonMemoryNs,
    replaySpanNs: config.replaySpanNs,
    sources: { A: source('A'), B: source('B') },
    emitOrphans: { A: config.orphanPolicy.apacheAlwaysEmit, B: config.orphanPolicy.networkEmit },
    excludeSourceIps: config.excludeSourceIps,
    includeDestPorts: config.includeDestPorts,
    ...config.limits,
  };
}
