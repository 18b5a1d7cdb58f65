import type { ParserRegistry, ValidationSummary } from '@logweave/parser-registry';
import type { ParserConfig } from './config.ts';
import { FailureGuard } from './failure-guard.ts';
import { type LoadedParser, loadParser } from './loaded-parser.ts';
import { isFailure } from './parse-log.ts';
import type { ParseEngine } from './parse-engine.ts';
import { type RunParser, type Served, Trial } from './trial.ts';

/** A change of parsers that is to be taken back. */
export interface RollbackRequest {
  readonly logType: string;
  /** Of the change: when another one came since, nothing is taken back. */
  readonly revision: number;
  readonly validation: ValidationSummary;
}

/** What serves one log type, until it is changed. */
export interface Serving {
  readonly logType: string;
  readonly label: string;
  readonly revision: number;
  readonly guard: FailureGuard;
  readonly parser: LoadedParser | null;
  /** Why there is no parser; null where there is one. */
  readonly problem: string | null;
  trial: Trial | null;
  /** Why logs of this type have to wait; null: they do not. */
  held: string | null;
  rollbackAsked: boolean;
}

/** The parsers in use, by log type. They change with the registry, between two logs. */
export class ServingParsers {
  readonly #config: Pick<ParserConfig, 'trial' | 'guard'>;
  readonly #engine: ParseEngine;
  readonly #serving = new Map<string, Serving>();
  readonly #rollbacks: RollbackRequest[] = [];

  constructor(config: Pick<ParserConfig, 'trial' | 'guard'>, engine: ParseEngine) {
    this.#config = config;
    this.#engine = engine;
  }

  /** Null when nothing serves it. */
  of(logType: string): Serving | null {
    return this.#serving.get(logType) ?? null;
  }

  all(): readonly Serving[] {
    return [...this.#serving.values()];
  }

  /** What a parser makes of a log, and what follows from it for the parser. */
  parse(serving: Serving, run: RunParser): Served {
    const { trial, parser } = serving;
    if (trial === null) {
      if (parser === null) throw new Error(`nothing is loaded for ${serving.logType}`);
      const result = run(parser);
      this.#observe(serving, isFailure(result));
      return { result, label: parser.label };
    }
    const served = trial.parse(run);
    if (trial.state === 'passed') serving.trial = null;
    if (trial.state === 'lost') this.#askForRollback(serving, trial);
    this.#observe(serving, isFailure(served.result));
    return served;
  }

  /** Takes what the registry says of a log type. @returns whether anything else serves it now */
  update(registry: ParserRegistry, logType: string, nowMs: number): boolean {
    const active = registry.active(logType);
    const revision = registry.revision(logType);
    const before = this.#serving.get(logType);
    if (active === null) return this.#serving.delete(logType);
    if (before?.label === active.label && before.revision === revision) return false;
    const loaded = loadParser(active, this.#engine);
    const parser = loaded.kind === 'loaded' ? loaded : null;
    const serving: Serving = {
      logType,
      label: active.label,
      revision,
      parser,
      problem: loaded.kind === 'problem' ? loaded.problem : null,
      guard: new FailureGuard(this.#config.guard),
      trial: this.#trial(registry, logType, parser, nowMs),
      held: null,
      rollbackAsked: false,
    };
    this.#serving.set(logType, serving);
    if (serving.trial?.state === 'lost') this.#askForRollback(serving, serving.trial);
    if (serving.trial === null && this.#config.guard.action === 'stop') serving.held = serving.problem;
    return true;
  }

  /** Requests that nobody has taken up yet. */
  takeRollbacks(): readonly RollbackRequest[] {
    return this.#rollbacks.splice(0);
  }

  #trial(registry: ParserRegistry, logType: string, candidate: LoadedParser | null, nowMs: number): Trial | null {
    const { logs, withinMs } = this.#config.trial;
    const activation = registry.activation(logType);
    if (activation === null || activation.previous === null || logs === 0) return null;
    const { selection, previous: last } = activation;
    // Whoever takes a parser out of service does not want it back.
    const isNew = (['custom', 'extension'] as const).some(
      (kind) => selection[kind] !== null && selection[kind] !== last[kind],
    );
    if (!isNew || nowMs - Date.parse(activation.at) > withinMs) return null;
    const previous = registry.parserOf(logType, last);
    const before = previous === null ? null : loadParser(previous, this.#engine);
    return before?.kind === 'loaded' ? new Trial(this.#config.trial, candidate, before) : null;
  }

  #observe(serving: Serving, failed: boolean): void {
    const { guard, logType, label } = serving;
    guard.add(failed);
    if (!guard.tripped || this.#config.guard.action === 'go_on') return;
    serving.held = `${guard.failures} of the last ${guard.logs} logs of type ${logType} failed with ${label}`;
  }

  #askForRollback(serving: Serving, trial: Trial): void {
    const { logType, revision, rollbackAsked } = serving;
    if (rollbackAsked) return;
    serving.rollbackAsked = true;
    this.#rollbacks.push({ logType, revision, validation: { ...trial.summary(), dropped: 0 } });
  }
}
