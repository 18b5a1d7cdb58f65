import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export interface IssuedCertificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export function hasOpenssl(): boolean {
  return spawnSync('openssl', ['version']).status === 0;
}

/** For tests: signs certificates in a directory of its own. */
export class CertificateAuthority {
  readonly ca: Buffer;
  readonly #directory = mkdtempSync(join(tmpdir(), 'lw-ca-'));

  constructor(name: string) {
    this.#openssl('req', '-x509', ...NEW_KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', `/CN=${name}`);
    this.ca = this.#read('ca.pem');
  }

  /** For `IP:127.0.0.1` or `DNS:sender`; a negative number of days has passed. */
  issue(name: string, days = 1): IssuedCertificate {
    const alternative = ['-subj', '/CN=test', '-addext', `subjectAltName=${name}`];
    this.#openssl('req', '-new', ...NEW_KEY, '-keyout', 'own.key', '-out', 'own.csr', ...alternative);
    const validity = ['-days', String(days), '-copy_extensions', 'copy', '-CAcreateserial'];
    this.#openssl(
      'x509',
      '-req',
      '-in',
      'own.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      ...validity,
      '-out',
      'own.pem',
    );
    return { cert: this.#read('own.pem'), key: this.#read('own.key') };
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true });
  }

  #read(name: string): Buffer {
    return readFileSync(join(this.#directory, name));
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.#directory, stdio: 'pipe' });
  }
}
