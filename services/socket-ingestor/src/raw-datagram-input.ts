import { type DatagramBlock, LineAssembler, UdpSocket, UnixDatagramSocket } from '@logweave/intake';
import { canonicalIp, LIMITS } from '@logweave/model';
import { DatagramInput } from './datagram-input.ts';
import type { Input, InputDeps } from './input.ts';
import { settleTally } from './input-tally.ts';
import type { RawInputOf } from './raw-config.ts';
import type { RawIntake, RawSource } from './raw-intake.ts';

/** Senders whose key is kept ready. Whoever forges more of them is served as well, a little slower. */
const MAX_KEPT_SOURCES = 10_000;

/** Raw logs as datagrams, one each (RFC 5426, section 3.1), on a unix socket or a UDP port. */
export function createRawDatagramInput(
  config: RawInputOf<'unix_datagram'> | RawInputOf<'udp'>,
  intake: RawIntake,
  deps: InputDeps,
): Input {
  const { name, maxDatagramBytes, maxQueuedBytes } = config;
  const limits = { maxDatagramBytes, maxQueuedBytes };
  const take = takerOf(config, intake, deps);
  if (config.type === 'unix_datagram') {
    const { path, access } = config;
    return new DatagramInput(
      name,
      path,
      (events) => new UnixDatagramSocket({ path, access, ...limits }, events),
      take,
      deps,
    );
  }
  const { address, port, receiveBufferBytes } = config;
  const place = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  return new DatagramInput(
    name,
    place,
    (events) => new UdpSocket({ address, port, receiveBufferBytes, ...limits }, events),
    take,
    deps,
  );
}

function takerOf(
  { name, maxLogBytes }: RawInputOf<'unix_datagram'> | RawInputOf<'udp'>,
  intake: RawIntake,
  { clock, metrics }: InputDeps,
): (block: DatagramBlock) => void {
  const lines = new LineAssembler({ maxLineBytes: maxLogBytes, previewBytes: LIMITS.deadLetterPreviewBytes }, intake);
  const nobody = intake.sourceOf(null);
  const sources = new Map<string, RawSource>();
  const sourceOf = (sender: Uint8Array | null): RawSource => {
    if (sender === null) return nobody;
    const peer = ipText(sender);
    let source = sources.get(peer);
    if (source === undefined) {
      if (sources.size === MAX_KEPT_SOURCES) sources.clear();
      source = intake.sourceOf(peer);
      sources.set(peer, source);
    }
    return source;
  };
  return (block) => {
    const arrivalMs = clock.wallMs();
    let from = 0;
    for (let i = 0; i < block.count; i++) {
      const end = from + block.storedLength(i);
      intake.begin(sourceOf(block.sender(i)), arrivalMs);
      if (block.storedLength(i) === block.originalLength(i)) lines.finish(block.bytes, from, end, 'counted');
      else intake.truncated(block.bytes.subarray(from, end), block.originalLength(i));
      from = end + 1;
    }
    settleTally(intake.tally, name, metrics);
  };
}

function ipText(address: Uint8Array): string {
  if (address.length === 4) return address.join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((address[2 * i] as number) << 8) | (address[2 * i + 1] as number)).toString(16),
  );
  return canonicalIp(groups.join(':')) ?? groups.join(':');
}
