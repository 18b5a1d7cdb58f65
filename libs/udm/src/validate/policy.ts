import type { UdmProblem } from '../problem.ts';

/**
 * How rules weigh. `lenient`: nothing rejects. `default`: what the reference engine insists on rejects, what only its
 * guide asks for warns. `strict`: both reject. Advice always warns: names of vendor and product, formats of values (ports, host names, hashes, lengths).
 */
export type ValidationPolicy = 'lenient' | 'default' | 'strict';

export type RuleKind = 'firm' | 'guide' | 'advice';

export function severityOf(kind: RuleKind, policy: ValidationPolicy): UdmProblem['severity'] {
  if (kind === 'advice' || policy === 'lenient') return 'warning';
  return kind === 'firm' || policy === 'strict' ? 'error' : 'warning';
}

/** The words that users of the reference engine search for. */
export function validationMessage(what: string): string {
  return `udm validation failed: ${what}`;
}
