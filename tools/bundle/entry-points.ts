/**
 * The programs of the bundle by the name of their file, and where the source of each is. Names are what the code asks
 * for beside itself (`new URL('./writer-worker.js', import.meta.url)`), so all of them stand in one folder.
 */
export const ENTRY_POINTS = {
  logweave: 'services/logweave/src/main.ts',
  'writer-worker': 'libs/event-log-embedded/src/writer-worker.ts',
  'datagram-worker': 'libs/intake/src/datagram-worker.ts',
  'parse-worker': 'services/parser/src/parse-worker.ts',
  'language-engine': 'services/parser/src/language-engine.ts',
  // The process of the embedded ClickHouse engine.
  main: 'libs/warehouse-embedded/src/main.ts',
} as const;

/**
 * Packages that are installed beside the bundle: with native code, or loaded by paths of their own. chdb is the
 * embedded ClickHouse engine, 500 MB, which only the all-in-one needs.
 */
export const EXTERNAL_PACKAGES = ['koffi', 'kafkajs', 'lz4-napi', 'snappyjs', 'chdb'] as const;
export const EMBEDDED_ENGINE = 'chdb';
