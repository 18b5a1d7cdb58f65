import { joinOneToMany } from './one-to-many-oracle.ts';
import { joinOneToOne } from './one-to-one-oracle.ts';
import type { OracleEvent, OracleOutcome, OracleRules } from './oracle-event.ts';

/**
 * The join of all events of one key, none of which is late, by a reading of the rules that is as plain as they allow:
 * moment after moment over everything, with no thought for time or memory. What the correlator does is compared with it.
 */
export function joinByOracle(events: readonly OracleEvent[], rules: OracleRules): readonly OracleOutcome[] {
  return rules.mode === 'one_to_one' ? joinOneToOne(events, rules) : joinOneToMany(events, rules);
}
