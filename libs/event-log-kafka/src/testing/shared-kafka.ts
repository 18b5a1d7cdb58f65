import type { NoTestKafka } from './test-kafka.ts';

/** What `inject('kafka')` gives in a file `*.kafka.test.ts`: one broker for all files of a run, so names must be unique. */
export type SharedKafka = { readonly bootstrapServers: readonly string[] } | NoTestKafka;

declare module 'vitest' {
  interface ProvidedContext {
    kafka: SharedKafka;
  }
}
