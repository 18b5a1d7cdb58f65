import { UDM_LIMITS } from './limits.ts';
import type { UdmProblem, UdmProblemCode } from './problem.ts';

/** What one walk over a record keeps: where it is, what it has counted against the limits, and what was wrong. */
export class RecordWalk {
  readonly problems: UdmProblem[] = [];
  /** Names and indexes from the root down; only `depth` of them count. */
  readonly #steps: (string | number)[] = [];
  readonly #prefix: string;
  /** How much the record may still grow by. */
  #values: number;
  #textLength: number;
  #exceeded = false;

  /**
   * @param prefix what messages put before a path: `event.idm.read_only_udm`
   * @param room how many times the limits of values and text a record may have
   */
  constructor(prefix: string, room = 1) {
    this.#prefix = prefix;
    this.#values = room * UDM_LIMITS.values;
    this.#textLength = room * UDM_LIMITS.textLength;
  }

  /** Says where the walk is at a level: the field of an object or the index of a list. */
  at(depth: number, step: string | number): void {
    this.#steps[depth] = step;
  }

  /** Counts a value that `textLength` code units go into. False when the record has grown beyond its limits. */
  count(depth: number, textLength: number): boolean {
    this.#values--;
    this.#textLength -= textLength;
    if (this.#values >= 0 && this.#textLength >= 0) return true;
    if (!this.#exceeded) {
      this.#exceeded = true;
      const what =
        this.#values < 0
          ? `more than ${UDM_LIMITS.values} values`
          : `more than ${UDM_LIMITS.textLength} characters of text`;
      this.error('limit_exceeded', depth, `the record has ${what}; what follows is left out`);
    }
    return false;
  }

  /** Whether an object or list may stand at this depth; tells of it when not. */
  mayDescend(depth: number): boolean {
    if (depth < UDM_LIMITS.depth) return true;
    this.error('limit_exceeded', depth, `nested deeper than ${UDM_LIMITS.depth} levels`);
    return false;
  }

  /** Notes what is wrong at the first `depth` steps of the way. */
  error(code: UdmProblemCode, depth: number, text: string): void {
    this.#add('error', code, depth, text);
  }

  warn(code: UdmProblemCode, depth: number, text: string): void {
    this.#add('warning', code, depth, text);
  }

  #add(severity: UdmProblem['severity'], code: UdmProblemCode, depth: number, text: string): void {
    if (this.problems.length >= UDM_LIMITS.problems) return;
    let path = '';
    for (let level = 0; level < depth; level++) {
      const step = this.#steps[level];
      if (step === undefined) continue;
      if (typeof step === 'number') path += `[${step}]`;
      else path += `${path === '' ? '' : '.'}${step.slice(0, 100)}`;
    }
    const whole = path === '' ? this.#prefix : `${this.#prefix}.${path}`;
    this.problems.push({ severity, code, path, message: `field "${whole}": ${text}` });
  }
}
