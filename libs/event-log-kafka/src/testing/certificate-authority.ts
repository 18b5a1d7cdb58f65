import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A key and its certificate, as PEM, and the files that hold them. */
export interface IssuedCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Whether certificates can be made on this machine. */
export function hasOpenssl(): boolean {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' }).startsWith('OpenSSL');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

/** Signs certificates for tests, in a directory of its own. */
export class CertificateAuthority {
  readonly caFile: string;
  readonly #directory: string;
  #issued = 0;

  constructor(name: string) {
    this.#directory = mkdtempSync(join(tmpdir(), 'logweave-ca-'));
    this.caFile = this.#file('ca.pem');
    const subject = ['-subj', `/CN=${name}`, '-days', '2'];
    this.#openssl('req', '-x509', ...KEY, '-keyout', this.#file('ca.key'), '-out', this.caFile, ...subject);
  }

  get ca(): Buffer {
    return readFileSync(this.caFile);
  }

  /** For a name, `IP:127.0.0.1` or `DNS:kafka`; a negative number of days has passed. */
  issue(name: string, days = 1): IssuedCertificate {
    const [keyFile, request, certFile] = ['key', 'csr', 'pem'].map((end) => this.#file(`${this.#issued}.${end}`)) as [
      string,
      string,
      string,
    ];
    this.#issued++;
    const subject = ['-subj', '/CN=test', '-addext', `subjectAltName=${name}`];
    this.#openssl('req', '-new', ...KEY, '-keyout', keyFile, '-out', request, ...subject);
    const signer = ['-CA', this.caFile, '-CAkey', this.#file('ca.key'), '-CAcreateserial'];
    const validity = ['-days', String(days), '-copy_extensions', 'copy'];
    this.#openssl('x509', '-req', '-in', request, ...signer, ...validity, '-out', certFile);
    return { certFile, keyFile, cert: readFileSync(certFile), key: readFileSync(keyFile) };
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true });
  }

  #file(name: string): string {
    return join(this.#directory, name);
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'pipe' });
  }
}
