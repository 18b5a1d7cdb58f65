/** When one life of the writer ends, as a kill -9 ends it: in the middle of some step, after which nothing ever answers. */
export class Fate {
  readonly #diesAtStep: number;
  /** In the fatal step: how much of its effect still happens, 0 (none) to 1 (all). */
  readonly #effect: number;
  #steps = 0;
  dead = false;

  constructor(diesAtStep: number = Number.POSITIVE_INFINITY, effect = 0) {
    this.#diesAtStep = diesAtStep;
    this.#effect = effect;
  }

  /** Runs one step of the outside world; `effect` says how much of it to do. */
  async step<T>(act: (effect: number) => T): Promise<T> {
    if (this.dead) return new Promise<T>(() => {});
    if (++this.#steps < this.#diesAtStep) return act(1);
    this.dead = true;
    if (this.#effect > 0) act(this.#effect);
    return new Promise<T>(() => {});
  }
}
