import type { CorrelationRules } from '@logweave/correlation';
import {
  type CorrelationSection,
  type CorrelatorConfig,
  correlationRules,
  correlationSectionSchema,
  resolveCorrelatorConfig,
} from '@logweave/correlator';
import { Value } from 'typebox/value';
import { parseDurationNs } from './duration.ts';

/** Flags of the rules as they are given; each is set over the configuration. */
export interface RuleFlags {
  readonly mode?: string;
  readonly window?: string;
  readonly before?: string;
  readonly after?: string;
  readonly ttl?: string;
  readonly skew?: string;
  readonly lateness?: string;
  readonly networkEmit?: boolean;
}

/** The section with nothing said: every default. */
export function defaultCorrelationSection(): CorrelationSection {
  return Value.Parse(correlationSectionSchema, Value.Default(correlationSectionSchema, {}));
}

/**
 * The rules of an offline run. Nothing bounds what is held: the files do.
 * @throws RangeError for people, naming the flag.
 */
export function offlineRules(section: CorrelationSection, flags: RuleFlags): CorrelationRules {
  const config = resolveCorrelatorConfig(section);
  const window = duration('--window', flags.window);
  return {
    ...correlationRules(config),
    mode: mode(flags.mode) ?? config.mode,
    beforeNs: duration('--before', flags.before) ?? window ?? config.beforeNs,
    afterNs: duration('--after', flags.after) ?? window ?? config.afterNs,
    networkTtlNs: duration('--ttl', flags.ttl) ?? config.networkTtlNs,
    skewNs: duration('--skew', flags.skew) ?? config.skewNs,
    latenessNs: duration('--lateness', flags.lateness) ?? config.latenessNs,
    emitOrphans: {
      A: config.orphanPolicy.apacheAlwaysEmit,
      B: flags.networkEmit ?? config.orphanPolicy.networkEmit,
    },
    maxHeldEvents: Number.POSITIVE_INFINITY,
    maxHeldBytes: Number.POSITIVE_INFINITY,
    maxPerKey: Number.POSITIVE_INFINITY,
  };
}

function mode(text: string | undefined): CorrelatorConfig['mode'] | undefined {
  if (text === undefined || text === 'one_to_one' || text === 'one_to_many') return text;
  throw new RangeError(`--mode: '${text}' is neither one_to_one nor one_to_many`);
}

function duration(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    return parseDurationNs(text);
  } catch (error) {
    throw error instanceof RangeError ? new RangeError(`${flag}: ${error.message}`) : error;
  }
}
