export { DISTINCT_KEYS } from './client-keys.ts';
export { EventStream } from './event-stream.ts';
export { type GeneratedEvent, generateEvents } from './generated-event.ts';
export { Random } from './random.ts';
export { DEFAULT_STREAM, type StreamOptions, streamOptions } from './stream-options.ts';
export { type SendPacedOptions, type SendProgress, type SendSummary, sendPaced } from './send-paced.ts';
export type { SentCounts } from './socket-sender.ts';
export { type FilesSummary, type StreamFiles, writeStreamFiles } from './write-stream-files.ts';
