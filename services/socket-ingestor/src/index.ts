export {
  type ConfigProblem,
  checkInputs,
  InputsSection,
  resolveSocketIngestorConfig,
  type SocketConfig,
  type SocketIngestorConfig,
  type SocketIngestorContext,
  UnixSocketSection,
} from './config.ts';
export { createSocketIngestor, type SocketIngestorDeps } from './socket-ingestor.ts';
