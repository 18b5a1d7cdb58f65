export {
  checkInputs,
  InputsSection,
  resolveSocketIngestorConfig,
  type SocketConfig,
  type SocketIngestorConfig,
  type SocketIngestorContext,
  UnixSocketSection,
} from './config.ts';
export type { ConfigProblem } from './config-problem.ts';
export { createSocketIngestor, type SocketIngestorDeps } from './socket-ingestor.ts';
