import {
  type DatagramBlock,
  type LineLimits,
  LineSplitter,
  UnixDatagramSocket,
  UnixStreamServer,
} from '@logweave/intake';
import { LIMITS } from '@logweave/model';
import type { SocketConfig } from './config.ts';
import { DatagramInput } from './datagram-input.ts';
import type { Input, InputDeps } from './input.ts';
import { settleTally } from './input-tally.ts';
import type { LineIntake } from './line-intake.ts';
import { StreamInput } from './stream-input.ts';

const NEWLINE = 10;
const LINE_LIMITS: LineLimits = { maxLineBytes: LIMITS.sourceLineBytes, previewBytes: LIMITS.deadLetterPreviewBytes };
/** Connections that may wait for their turn: each holds a descriptor, and nothing else to speak of. */
export const MAX_WAITING_CONNECTIONS = 1024;

/** A unix socket that events of one source come in by. */
export function createEventInput(config: SocketConfig, intake: LineIntake, deps: InputDeps): Input {
  return config.type === 'stream' ? createStream(config, intake, deps) : createDatagram(config, intake, deps);
}

function createStream(config: SocketConfig, intake: LineIntake, deps: InputDeps): Input {
  const { name, path, maxConnections } = config;
  const { clock, metrics } = deps;
  const server = new UnixStreamServer(
    { path, access: config, maxConnections, maxWaitingConnections: MAX_WAITING_CONNECTIONS },
    {
      accept: () => {
        const splitter = new LineSplitter(LINE_LIMITS, intake);
        return {
          data: (chunk) => {
            intake.arrivalMs = clock.wallMs();
            splitter.push(chunk);
            settleTally(intake.tally, name, metrics);
          },
          end: () => {
            intake.arrivalMs = clock.wallMs();
            splitter.end();
            settleTally(intake.tally, name, metrics);
          },
        };
      },
      acceptFailed: (error) => deps.refused(error),
    },
  );
  return new StreamInput(name, path, server, metrics);
}

function createDatagram(config: SocketConfig, intake: LineIntake, deps: InputDeps): Input {
  const { name, path, maxDatagramBytes, maxQueuedBytes } = config;
  const splitter = new LineSplitter(LINE_LIMITS, intake);
  const take = (block: DatagramBlock): void => {
    intake.arrivalMs = deps.clock.wallMs();
    let from = 0;
    for (let i = 0; i < block.count; i++) {
      const stored = block.storedLength(i);
      const end = from + stored;
      if (stored === block.originalLength(i)) {
        // With the newline behind it, so that the splitter carries nothing.
        splitter.push(block.bytes, from, end + 1);
      } else {
        const lineStart = Math.max(from, block.bytes.lastIndexOf(NEWLINE, end - 1) + 1);
        splitter.push(block.bytes, from, lineStart);
        intake.truncated(block.bytes.subarray(lineStart, end), block.originalLength(i), stored);
      }
      splitter.end();
      from = end + 1;
    }
    settleTally(intake.tally, name, deps.metrics);
  };
  return new DatagramInput(
    name,
    path,
    (events) => new UnixDatagramSocket({ path, access: config, maxDatagramBytes, maxQueuedBytes }, events),
    take,
    deps,
  );
}
