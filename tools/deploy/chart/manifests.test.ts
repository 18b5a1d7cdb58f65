import { expect, it } from 'vitest';
import { type Manifest, restrictedProblems } from './manifests.ts';

const safe = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

function pod(securityContext: object, volume: object = { emptyDir: {} }): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: { template: { spec: { containers: [{ name: 'c', securityContext }], volumes: [{ name: 'v', ...volume }] } } },
  };
}

it('a pod that has given up everything passes restricted', () => {
  expect(restrictedProblems(pod(safe))).toEqual([]);
});

it.each([
  [{ ...safe, runAsNonRoot: false }, 'Deployment x: container c may be root'],
  [{ ...safe, runAsUser: 0 }, 'Deployment x: container c may be root'],
  [{ ...safe, allowPrivilegeEscalation: true }, 'Deployment x: container c may gain privileges'],
  [{ ...safe, capabilities: {} }, 'Deployment x: container c keeps capabilities'],
  [{ ...safe, capabilities: { drop: ['ALL'], add: ['CHOWN'] } }, 'Deployment x: container c has the capability CHOWN'],
  [{ ...safe, seccompProfile: { type: 'Unconfined' } }, 'Deployment x: container c has no seccomp profile'],
])('a container with %j does not', (context, problem) => {
  expect(restrictedProblems(pod(context))).toEqual([problem]);
});

it('nor does a directory of the node', () => {
  expect(restrictedProblems(pod(safe, { hostPath: { path: '/run' } }))).toEqual([
    'Deployment x: volume v is a hostPath',
  ]);
});
