import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, gunzip, gzip, inflate, zstdCompress, zstdDecompress } from 'node:zlib';
import { EngineError } from './engine-error.ts';

type Inflate = (data: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const decoders: ReadonlyMap<string, Inflate> = new Map([
  ['gzip', promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)],
  ['deflate', promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate)],
  ['br', promisify<Buffer, { maxOutputLength: number }, Buffer>(brotliDecompress)],
  ['zstd', promisify<Buffer, { maxOutputLength: number }, Buffer>(zstdDecompress)],
]);

const encoders: ReadonlyMap<string, (data: Uint8Array) => Promise<Buffer>> = new Map([
  ['gzip', promisify<Uint8Array, Buffer>(gzip)],
  ['br', promisify<Uint8Array, Buffer>(brotliCompress)],
  ['zstd', promisify<Uint8Array, Buffer>(zstdCompress)],
]);

/** Undoes a `Content-Encoding`, never past the limit: a bomb stops there instead of filling the memory. */
export async function decompress(data: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return data;
  const decode = decoders.get(encoding.toLowerCase());
  if (decode === undefined) {
    throw new EngineError(432, 'UNKNOWN_COMPRESSION_METHOD', 'Content-Encoding is not one of gzip, deflate, br, zstd.');
  }
  try {
    return await decode(data, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) throw bodyTooLarge(maxBytes);
    throw new EngineError(354, 'ZLIB_INFLATE_FAILED', 'The request body does not match its Content-Encoding.');
  }
}

/** Compresses a result with the first method of `Accept-Encoding` that is known, or not at all. */
export async function compress(
  data: Uint8Array,
  accepted: string | undefined,
): Promise<{ bytes: Uint8Array; encoding: string | null }> {
  for (const entry of (accepted ?? '').split(',')) {
    const name = entry.split(';')[0]?.trim() ?? '';
    const encode = encoders.get(name);
    if (encode !== undefined) return { bytes: await encode(data), encoding: name };
  }
  return { bytes: data, encoding: null };
}

export function bodyTooLarge(maxBytes: number): EngineError {
  return new EngineError(307, 'TOO_MANY_BYTES', `The request body is longer than ${maxBytes} bytes.`);
}
