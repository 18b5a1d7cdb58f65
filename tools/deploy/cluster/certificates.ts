import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../run-tool.ts';

/** What the API server calls the server of metrics. */
export const METRICS_SERVICE = { name: 'metrics', namespace: 'kube-system' } as const;

/** What it calls KEDA's adapter. */
export const KEDA_METRICS_SERVICE = { name: 'keda-metrics-apiserver', namespace: 'keda' } as const;

/** Who is known to the API server and to the kubelet. */
export interface Certificates {
  readonly authority: string;
  readonly of: (name: CertificateName) => { readonly certificate: string; readonly key: string };
  readonly serviceAccountKey: string;
  readonly serviceAccountPublicKey: string;
}

/**
 * server: what listens on the loopback address; kubelet-client: the API server at the kubelet; front-proxy: the API server
 * at the servers of other APIs; keda: its operator and its adapter at each other.
 */
type CertificateName = 'server' | 'kubelet-client' | 'front-proxy' | 'keda';

const NAMES = [
  'DNS:localhost',
  'IP:127.0.0.1',
  'DNS:keda-operator.keda.svc',
  ...[METRICS_SERVICE, KEDA_METRICS_SERVICE].map(({ name, namespace }) => `DNS:${name}.${namespace}.svc`),
];

const SUBJECTS: Readonly<Record<CertificateName, string>> = {
  server: '/CN=localhost',
  // The group may do everything, so also at the kubelet.
  'kubelet-client': '/O=system:masters/CN=kube-apiserver-kubelet-client',
  'front-proxy': '/CN=front-proxy',
  keda: '/CN=keda',
};

/** Makes an authority for one cluster and what it signs, in a folder. Needs openssl. */
export function createCertificates(folder: string): Certificates {
  const at = (name: string): string => join(folder, name);
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=cluster-test',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
  );
  for (const [name, subject] of Object.entries(SUBJECTS)) {
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      subject,
      '-keyout',
      at(`${name}.key`),
      '-out',
      at(`${name}.csr`),
    );
    writeFileSync(at(`${name}.ext`), `subjectAltName=${NAMES.join()}\nextendedKeyUsage=serverAuth,clientAuth\n`);
    openssl(
      'x509',
      '-req',
      '-in',
      at(`${name}.csr`),
      '-CA',
      at('ca.crt'),
      '-CAkey',
      at('ca.key'),
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      at(`${name}.ext`),
      '-out',
      at(`${name}.crt`),
    );
  }
  openssl('genrsa', '-out', at('sa.key'), '2048');
  openssl('rsa', '-in', at('sa.key'), '-pubout', '-out', at('sa.pub'));
  return {
    authority: at('ca.crt'),
    of: (name) => ({ certificate: at(`${name}.crt`), key: at(`${name}.key`) }),
    serviceAccountKey: at('sa.key'),
    serviceAccountPublicKey: at('sa.pub'),
  };
}

function openssl(...args: readonly string[]): void {
  mustRun('openssl', args);
}
