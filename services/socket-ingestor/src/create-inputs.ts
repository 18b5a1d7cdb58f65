import type { Clock } from '@logweave/model';
import type { Logger } from '@logweave/service-kit';
import type { SocketIngestorConfig } from './config.ts';
import { createEventInput } from './event-input.ts';
import type { Input, InputDeps } from './input.ts';
import { LineIntake } from './line-intake.ts';
import type { DatagramLossReason, IngestorMetrics } from './metrics.ts';
import type { RawInputConfig } from './raw-config.ts';
import { createRawDatagramInput } from './raw-datagram-input.ts';
import { RawIntake, type RawIntakeTopics } from './raw-intake.ts';
import { createRawStreamInput } from './raw-stream-input.ts';
import type { RecordSink, TargetTopic } from './record-sink.ts';
import { type TailEventLog, TailInput } from './tail-input.ts';

/** What can go on for hours is logged once in this time; the metrics have all of it. */
const COMPLAINT_INTERVAL_MS = 60_000;

export interface IngestorTopics {
  readonly A: TargetTopic;
  readonly B: TargetTopic;
  readonly deadLetters: TargetTopic;
  /** Null where no raw logs come in. */
  readonly raw: TargetTopic | null;
}

export interface CreateInputsDeps {
  readonly topics: IngestorTopics;
  readonly queue: RecordSink;
  readonly eventLog: TailEventLog;
  /** Of this ingestor; where no file is followed, anything. */
  readonly identity: string;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly metrics: IngestorMetrics;
  lossReason(): DatagramLossReason;
  failed(error: Error): void;
}

/** All inputs of a configuration, none of them open. @throws TlsFileError, or the system's error about a certificate */
export function createInputs(config: SocketIngestorConfig, deps: CreateInputsDeps): readonly Input[] {
  const { topics, queue } = deps;
  const { deadLetters, raw } = topics;
  const events = config.sockets.map((socket) => {
    const intake = new LineIntake(config.rules[socket.source], { events: topics[socket.source], deadLetters }, queue);
    return createEventInput(socket, intake, inputDeps(socket.name, socket.path, deps));
  });
  if (config.raw === null || raw === null) return events;
  const { tailName, inputs } = config.raw;
  return [...events, ...inputs.map((input) => createRawInput(input, { raw, deadLetters }, tailName, deps))];
}

function createRawInput(
  config: RawInputConfig,
  topics: RawIntakeTopics,
  tailName: string,
  deps: CreateInputsDeps,
): Input {
  const { clock, metrics, log, queue, eventLog, identity } = deps;
  const socket = config.name;
  const mayComplain = limiter(clock);
  switch (config.type) {
    case 'unix_stream':
    case 'tcp':
      return createRawStreamInput(config, new RawIntake(config, topics, queue), {
        ...inputDeps(socket, socket, deps),
        certificateChanged: (error) => {
          if (error === null) log.info({ socket }, 'certificate read anew');
          else if (mayComplain()) log.error({ socket, error: error.message }, 'certificate cannot be read anew');
        },
        handshakeFailed: (reason, peer, error) => {
          if (mayComplain()) log.warn({ socket, peer, reason, error: error.message }, 'TLS handshake failed');
        },
      });
    case 'unix_datagram':
    case 'udp':
      return createRawDatagramInput(config, new RawIntake(config, topics, queue), inputDeps(socket, socket, deps));
    case 'file': {
      const { path } = config;
      return new TailInput(config, {
        eventLog,
        clock,
        metrics,
        topics,
        group: `${tailName}.${identity}.${socket}`,
        changed: (change) => {
          metrics.fileChanges.inc({ socket, change });
          if (change === 'lost') log.error({ socket, path }, 'file that was read last is gone, its end may be lost');
          else log.info({ socket, path, change }, 'file has changed');
        },
        failing: (error) => {
          if (mayComplain()) log.warn({ socket, path, error: error.message }, 'file is not read at present');
        },
        failed: (error) => deps.failed(new Error(`${path}: cannot be followed: ${error.message}`, { cause: error })),
      });
    }
    default:
      return config satisfies never;
  }
}

function inputDeps(socket: string, place: string, deps: CreateInputsDeps): InputDeps {
  const { clock, metrics, log } = deps;
  const mayComplain = limiter(clock);
  return {
    clock,
    metrics,
    lossReason: () => deps.lossReason(),
    failed: (error) => deps.failed(new Error(`${place}: receiving has ended: ${error.message}`, { cause: error })),
    refused: (error) => {
      metrics.connectionsRefused.inc({ socket });
      if (mayComplain()) log.error({ socket, error: error.message }, 'connections are refused');
    },
  };
}

/** True at the first call, and then once in a while. */
function limiter(clock: Clock): () => boolean {
  let lastMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - lastMs < COMPLAINT_INTERVAL_MS) return false;
    lastMs = nowMs;
    return true;
  };
}
