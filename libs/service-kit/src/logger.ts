import { pino } from 'pino';

/** `log.info({ partition, held }, 'window closed')`: fields, then one event name. No payloads, no secrets. */
export type Logger = pino.Logger;
