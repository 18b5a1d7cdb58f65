/** Source A is what the web server saw (HTTP), source B what the wire saw (network). */
export type Side = 'A' | 'B';

export const SIDES: readonly Side[] = ['A', 'B'];

export function otherSide(side: Side): Side {
  return side === 'A' ? 'B' : 'A';
}
