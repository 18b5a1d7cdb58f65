/** What is looked at of an object of Kubernetes. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly template?: { readonly spec?: PodSpec } };
}

interface PodSpec {
  readonly securityContext?: SecurityContext;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
}

interface Container {
  readonly name: string;
  readonly securityContext?: SecurityContext;
}

interface SecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly allowPrivilegeEscalation?: boolean;
  readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  readonly seccompProfile?: { readonly type: string };
}

/** Kinds of volumes that PodSecurity restricted allows. */
const ALLOWED_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/**
 * What of an object PodSecurity `restricted` would refuse, by the rules of the Pod Security Standards that pods of the
 * chart can break; a server has the last word.
 */
export function restrictedProblems({ kind, metadata, spec }: Manifest): readonly string[] {
  const pod = spec?.template?.spec;
  if (pod === undefined) return [];
  const at = `${kind} ${metadata.name}`;
  const problems: string[] = [];
  for (const { name, ...source } of pod.volumes ?? []) {
    const refused = Object.keys(source).filter((type) => !ALLOWED_VOLUMES.includes(type));
    for (const type of refused) problems.push(`${at}: volume ${String(name)} is a ${type}`);
  }
  for (const container of [...(pod.initContainers ?? []), ...pod.containers]) {
    const of = { ...pod.securityContext, ...container.securityContext };
    const here = `${at}: container ${container.name}`;
    if (of.runAsNonRoot !== true || of.runAsUser === 0) problems.push(`${here} may be root`);
    if (of.allowPrivilegeEscalation !== false) problems.push(`${here} may gain privileges`);
    if (of.capabilities?.drop?.includes('ALL') !== true) problems.push(`${here} keeps capabilities`);
    for (const added of of.capabilities?.add ?? []) {
      if (added !== 'NET_BIND_SERVICE') problems.push(`${here} has the capability ${added}`);
    }
    if (of.seccompProfile === undefined || of.seccompProfile.type === 'Unconfined') {
      problems.push(`${here} has no seccomp profile`);
    }
  }
  return problems;
}
