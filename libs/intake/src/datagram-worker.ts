import { getSystemErrorName } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import koffi, { type KoffiFunc } from 'koffi';
import { ADDRESS_BYTES, CONTROL, type DatagramMessage, type DatagramWorkerData } from './datagram-protocol.ts';

/** Datagrams per system call. */
const VECTOR_LENGTH = 64;
/** A block is handed over when the kernel has nothing more, or at this size. */
const BLOCK_BYTES = 128 * 1024;
/** What a block costs in the queue beside its bytes, so that many small ones cannot outgrow it. */
const BLOCK_OVERHEAD_BYTES = 1024;
/** `struct mmsghdr` and `struct iovec` of a 64-bit Linux. */
const HEADER_BYTES = 64;
const IOVEC_BYTES = 16;
const MESSAGE_LENGTH_AT = 56;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const MSG_WAITFORONE = 0x10000;
const NEWLINE = 10;

const { fd, maxDatagramBytes, maxQueuedBytes, withSenders, control } = workerData as DatagramWorkerData;
if (parentPort === null) throw new Error('the datagram worker runs in a thread of its own only');
const port = parentPort;

const recvmmsg = koffi.load('libc.so.6').func('int recvmmsg(int, void *, unsigned int, int, void *)') as KoffiFunc<
  (fd: number, headers: Buffer, length: number, flags: number, timeout: null) => number
>;
const { EAGAIN, EINTR } = koffi.os.errno as { readonly EAGAIN: number; readonly EINTR: number };

/** What a datagram costs in the queue beside its bytes: its lengths, and its sender. */
const PER_DATAGRAM_BYTES = 8 + (withSenders ? ADDRESS_BYTES : 0);

// One piece of memory for all that the kernel is pointed to: the headers are handed over by every call and so keep the
// vectors and the data alive, which nothing here mentions once the loop runs.
const memory = Buffer.allocUnsafeSlow(VECTOR_LENGTH * (HEADER_BYTES + IOVEC_BYTES + ADDRESS_BYTES + maxDatagramBytes));
const vectorsAt = VECTOR_LENGTH * HEADER_BYTES;
const addressesAt = vectorsAt + VECTOR_LENGTH * IOVEC_BYTES;
const dataAt = addressesAt + VECTOR_LENGTH * ADDRESS_BYTES;
const headers = memory.fill(0, 0, dataAt).subarray(0, vectorsAt);
const headerWords = new Uint32Array(memory.buffer, 0, vectorsAt / 4);
const address = koffi.address(memory);
for (let i = 0; i < VECTOR_LENGTH; i++) {
  const vectorAt = vectorsAt + i * IOVEC_BYTES;
  memory.writeBigUInt64LE(address + BigInt(dataAt + i * maxDatagramBytes), vectorAt);
  memory.writeBigUInt64LE(BigInt(maxDatagramBytes), vectorAt + 8);
  memory.writeBigUInt64LE(address + BigInt(vectorAt), i * HEADER_BYTES + 16);
  memory.writeBigUInt64LE(1n, i * HEADER_BYTES + 24);
  if (withSenders) memory.writeBigUInt64LE(address + BigInt(addressesAt + i * ADDRESS_BYTES), i * HEADER_BYTES);
}

// Room for a whole further call behind the size at which a block goes.
const block = Buffer.allocUnsafeSlow(BLOCK_BYTES + VECTOR_LENGTH * (maxDatagramBytes + 1));
const lengths = new Uint32Array(2 * (BLOCK_BYTES + VECTOR_LENGTH));
const senders = new Uint8Array(withSenders ? ADDRESS_BYTES * (BLOCK_BYTES + VECTOR_LENGTH) : 0);
let used = 0;
let count = 0;

port.postMessage({ kind: 'ready' } satisfies DatagramMessage);
for (;;) {
  const stopping = Atomics.load(control, CONTROL.stopping) === 1;
  // With something in hand, only what is there already; MSG_TRUNC asks for the whole length of what was cut off.
  const waiting = count > 0 || stopping ? MSG_DONTWAIT : MSG_WAITFORONE;
  // The kernel has said there how long the last ones were.
  if (withSenders) for (let i = 0; i < VECTOR_LENGTH; i++) headerWords[(i * HEADER_BYTES) / 4 + 2] = ADDRESS_BYTES;
  const messages = recvmmsg(fd, headers, VECTOR_LENGTH, waiting | MSG_TRUNC, null);
  if (messages >= 0) {
    take(messages);
    if (used >= BLOCK_BYTES) handOver();
    continue;
  }
  const errno = koffi.errno();
  if (errno === EINTR) continue;
  if (errno !== EAGAIN) throw new Error(`recvmmsg: ${getSystemErrorName(-errno)}`);
  if (count > 0) handOver();
  else if (stopping) break;
}

function take(messages: number): void {
  const room = maxQueuedBytes - Atomics.load(control, CONTROL.queuedBytes);
  for (let i = 0; i < messages; i++) {
    const originalLength = headerWords[(i * HEADER_BYTES + MESSAGE_LENGTH_AT) / 4] as number;
    if (originalLength === 0) continue;
    const length = Math.min(originalLength, maxDatagramBytes);
    if (used + length + 1 + (count + 1) * PER_DATAGRAM_BYTES + BLOCK_OVERHEAD_BYTES > room) {
      Atomics.add(control, CONTROL.dropped, 1);
      continue;
    }
    const from = dataAt + i * maxDatagramBytes;
    memory.copy(block, used, from, from + length);
    block[used + length] = NEWLINE;
    if (withSenders)
      memory.copy(
        senders,
        count * ADDRESS_BYTES,
        addressesAt + i * ADDRESS_BYTES,
        addressesAt + (i + 1) * ADDRESS_BYTES,
      );
    lengths[2 * count] = length;
    lengths[2 * count + 1] = originalLength;
    count++;
    used += length + 1;
  }
}

function handOver(): void {
  const bytes = block.buffer.slice(0, used);
  const ownLengths = lengths.slice(0, 2 * count);
  const ownSenders = withSenders ? senders.slice(0, ADDRESS_BYTES * count) : null;
  const queuedBytes = used + ownLengths.byteLength + (ownSenders?.byteLength ?? 0) + BLOCK_OVERHEAD_BYTES;
  Atomics.add(control, CONTROL.queuedBytes, queuedBytes);
  const message: DatagramMessage = { kind: 'block', bytes, lengths: ownLengths, senders: ownSenders, queuedBytes };
  port.postMessage(message, [bytes, ownLengths.buffer, ...(ownSenders === null ? [] : [ownSenders.buffer])]);
  used = 0;
  count = 0;
}
