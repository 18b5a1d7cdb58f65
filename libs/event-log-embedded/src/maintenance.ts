import type { DatabaseSync } from 'node:sqlite';
import { EventLogError } from '@logweave/event-log';
import type { EmbeddedLogAlarm, RetentionHold } from './alarms.ts';
import { compact } from './compaction.ts';
import { asEventLogError, readPragma } from './database.ts';
import type { LogCore } from './log-core.ts';
import { applyRetention } from './retention.ts';

/** Pages given back in one go: about 1 MiB, a few milliseconds. */
const VACUUM_STEP_PAGES = 256;
/** Free pages below this are kept for the next appends; so are those that are a small part of the file. */
const VACUUM_MIN_PAGES = 4096;
const VACUUM_MIN_SHARE = 0.25;

export interface MaintenanceOptions {
  /** Compact compacted topics however little is new in them. Default false. */
  readonly force?: boolean;
}

export interface MaintenanceReport {
  readonly removedRecords: number;
  readonly holds: readonly RetentionHold[];
}

export interface MaintenanceDeps {
  readonly core: LogCore;
  readonly database: DatabaseSync;
  readonly alarm: (alarm: EmbeddedLogAlarm) => void;
  readonly everyMs: number | null;
  readonly tombstoneMs: number;
}

/** Runs retention, compaction and giving back of pages, now and then or when asked. */
export class Maintenance {
  readonly #deps: MaintenanceDeps;
  readonly #held = new Map<string, RetentionHold>();
  #running: Promise<MaintenanceReport> | null = null;
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(deps: MaintenanceDeps) {
    this.#deps = deps;
    this.#scheduleNext();
  }

  run(options: MaintenanceOptions): Promise<MaintenanceReport> {
    this.#running ??= this.#run(options.force ?? false).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** Resolves when no run is under way any more. */
  async stopped(): Promise<void> {
    if (this.#running !== null) await Promise.allSettled([this.#running]);
  }

  #scheduleNext(): void {
    const { everyMs, core, alarm } = this.#deps;
    if (everyMs === null || this.#stopped) return;
    this.#cancel = core.clock.schedule(everyMs, () => {
      this.run({})
        .catch((error: unknown) => {
          if (this.#stopped) return;
          alarm({ kind: 'maintenance_failed', error: asEventLogError(error, 'maintenance of the event log failed') });
        })
        .finally(() => this.#scheduleNext());
    });
  }

  async #run(force: boolean): Promise<MaintenanceReport> {
    const { core, tombstoneMs } = this.#deps;
    let removedRecords = 0;
    const holds: RetentionHold[] = [];
    for (const { spec, partitions } of core.catalog.topics.values()) {
      for (const partition of partitions) {
        this.#checkRunning();
        const result = await applyRetention(core, spec, partition);
        removedRecords += result.removedRecords;
        if (result.hold !== null) holds.push(result.hold);
        if (spec.cleanup === 'compact') removedRecords += await compact(core, partition, { tombstoneMs, force });
      }
    }
    this.#tell(holds);
    await this.#giveBackPages();
    return { removedRecords, holds };
  }

  #checkRunning(): void {
    if (this.#stopped) throw new EventLogError('closed', 'the event log is closed');
  }

  #tell(holds: readonly RetentionHold[]): void {
    const { alarm } = this.#deps;
    const now = new Map(holds.map((hold) => [`${hold.topic}/${hold.partition}`, hold]));
    for (const [name, hold] of now) {
      if (this.#held.get(name)?.group !== hold.group) alarm({ kind: 'retention_held', ...hold });
    }
    for (const [name, { topic, partition }] of this.#held) {
      if (!now.has(name)) alarm({ kind: 'retention_released', topic, partition });
    }
    this.#held.clear();
    for (const [name, hold] of now) this.#held.set(name, hold);
  }

  async #giveBackPages(): Promise<void> {
    const { database, core } = this.#deps;
    for (;;) {
      this.#checkRunning();
      const free = readPragma(database, 'freelist_count');
      if (free < VACUUM_MIN_PAGES || free < readPragma(database, 'page_count') * VACUUM_MIN_SHARE) return;
      await core.write((transaction) => transaction.giveBackPages(VACUUM_STEP_PAGES));
    }
  }
}
