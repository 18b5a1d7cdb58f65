import type { UdmProblemCode } from '../problem.ts';

/** Why a value cannot stand in a field. Returned by conversions instead of a value: bad data is no exception. */
export class Misfit {
  readonly code: UdmProblemCode;
  readonly why: string;

  constructor(code: UdmProblemCode, why: string) {
    this.code = code;
    this.why = why;
  }
}
