import type { ConsumerOptions } from '@logweave/event-log';
import { type GroupCoordinator, LocalConsumer } from '@logweave/event-log/local';
import type { LogCore } from './log-core.ts';

/**
 * A consumer that comes and goes between transactions. A commit of an older member that is being written is neither
 * fenced any more nor visible yet; who takes over then would begin before it. Between transactions there is none.
 */
export class EmbeddedConsumer extends LocalConsumer {
  readonly #core: LogCore;

  /** @throws EventLogError as the constructor of LocalConsumer. */
  static join(core: LogCore, groups: GroupCoordinator, options: ConsumerOptions): Promise<EmbeddedConsumer> {
    return core.queue.betweenTransactions(() => new EmbeddedConsumer(core, groups, options));
  }

  private constructor(core: LogCore, groups: GroupCoordinator, options: ConsumerOptions) {
    super(core, groups, options);
    this.#core = core;
  }

  override close(): Promise<void> {
    return this.#core.queue.betweenTransactions(() => super.close());
  }
}
