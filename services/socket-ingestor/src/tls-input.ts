import { readFileSync } from 'node:fs';
import type { TcpServer, TlsIdentity } from '@logweave/intake';
import type { TlsFiles } from './raw-config.ts';
import type { RawStreamDeps } from './raw-stream-input.ts';
import { StreamInput } from './stream-input.ts';

/** Why TLS cannot be offered. The message is for the operator and names the file. */
class TlsFileError extends Error {
  override readonly name = 'TlsFileError';
}

/** @throws TlsFileError */
export function readTlsIdentity(name: string, files: TlsFiles): TlsIdentity {
  const { certificate, key, clientAuthority } = files;
  return {
    certificate: read(name, 'certificate', certificate),
    key: read(name, 'key', key),
    clientAuthority: clientAuthority === null ? null : read(name, 'client authority', clientAuthority),
  };
}

function read(name: string, what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new TlsFileError(`${name}: the file of its ${what} cannot be read: ${path} (${code})`, { cause });
  }
}

/** An input with TLS, whose files are read anew when they change. */
export class TlsInput extends StreamInput {
  readonly #files: TlsFiles;
  readonly #tlsServer: TcpServer;
  readonly #deps: RawStreamDeps;
  /** What was tried last, shown or not. */
  #tried: string;

  constructor(name: string, place: string, files: TlsFiles, server: TcpServer, deps: RawStreamDeps) {
    super(name, place, server, deps.metrics);
    this.#files = files;
    this.#tlsServer = server;
    this.#deps = deps;
    this.#tried = fingerprint(readTlsIdentity(name, files));
  }

  async reload(): Promise<void> {
    try {
      const identity = readTlsIdentity(this.name, this.#files);
      const found = fingerprint(identity);
      if (found === this.#tried) return;
      // Files that are being replaced may not fit together for a moment; then the next look finds others.
      this.#tried = found;
      this.#tlsServer.setIdentity(identity);
      this.#deps.metrics.certificatesLoaded.inc({ socket: this.name });
      this.#deps.certificateChanged(null);
    } catch (error) {
      this.#deps.certificateChanged(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function fingerprint({ certificate, key, clientAuthority }: TlsIdentity): string {
  return [certificate, key, clientAuthority ?? Buffer.alloc(0)].map((bytes) => bytes.toString('base64')).join(' ');
}
