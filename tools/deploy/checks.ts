/** Checks that are counted, each told on a line of its own. */
export class Checks {
  #passed = 0;
  #failed = 0;

  /** Counts one check: its problems are none, or told. An error is a problem. */
  async check(name: string, find: () => readonly string[] | Promise<readonly string[]>): Promise<boolean> {
    const beganMs = performance.now();
    let problems: readonly string[];
    try {
      problems = await find();
    } catch (error) {
      problems = [error instanceof Error ? error.message : String(error)];
    }
    const right = problems.length === 0;
    this.count(right ? 1 : 0, right ? 0 : 1);
    const seconds = Math.round((performance.now() - beganMs) / 1000);
    console.log(`${right ? 'ok    ' : 'FAILED'} ${name}${seconds > 1 ? ` (${seconds} s)` : ''}`);
    for (const problem of problems) console.log(`       ${problem.split('\n').join('\n       ')}`);
    return right;
  }

  get failed(): number {
    return this.#failed;
  }

  /** Takes in what another tool has counted. */
  count(passed: number, failed: number): void {
    this.#passed += passed;
    this.#failed += failed;
  }

  /** Prints the closing line, and gives the exit code of the process. */
  finish(): 0 | 1 {
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
    return this.#failed === 0 ? 0 : 1;
  }
}
