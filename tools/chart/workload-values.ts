import { ANY_OBJECT, choice, flag, list, mapping, section, text, type ValueSchema, whole } from './value-schema.ts';

interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly memory: string };
}

/** What pods of every service have. Resources are those of a beginning, to be measured and changed. */
function podValues(resources: Resources): Readonly<Record<string, ValueSchema>> {
  return {
    resources: mapping(
      'Requests and limits. No limit of CPU: a process that is throttled loses its partitions.',
      resources as unknown as Readonly<Record<string, unknown>>,
    ),
    heapPercent: whole('How much of the memory limit the heap of Node may have (NODE_OPTIONS).', 70, 10, 95),
    terminationGracePeriodSeconds: whole(
      'How long a pod may take to stop. 0: 15 s more than config.service.stop_grace_s.',
      0,
      0,
    ),
    podLabels: mapping('Further labels of the pods.'),
    podAnnotations: mapping('Further annotations of the pods.'),
    priorityClassName: text('Priority class of the pods.'),
    nodeSelector: mapping('Nodes that the pods may run on.'),
    tolerations: list('Taints that the pods tolerate.', ANY_OBJECT),
    affinity: mapping('Affinity of the pods.'),
    extraEnv: list('Further environment variables, as LOGWEAVE__LOG__LEVEL.', ANY_OBJECT),
    extraVolumes: list('Further volumes of the pods.', ANY_OBJECT),
    extraVolumeMounts: list('Where the container has them.', ANY_OBJECT),
  };
}

const spread = list(
  'Where the pods are spread over: topologyKey, maxSkew, whenUnsatisfiable. Empty: hosts and zones, as far as possible.',
  ANY_OBJECT,
);

const persistence = (size: string): ValueSchema =>
  section('The volume. It stays when the release goes.', {
    size: text('Its size.', size, '^[0-9]+(\\.[0-9]+)?(k|M|G|T|Ki|Mi|Gi|Ti)?$'),
    storageClassName: text('Its storage class. Empty: the default of the cluster.'),
    accessModes: list('Its access modes.', { type: 'string' }, ['ReadWriteOnce']),
  });

const autoscaling = section('Who decides on the number of pods.', {
  type: choice(
    'none: replicas. hpa: the CPU that they use. keda: how far they are behind, which KEDA reads from Kafka.',
    ['none', 'hpa', 'keda'],
  ),
  minReplicas: whole('Least pods.', 2, 1, 1024),
  maxReplicas: whole('Most pods: not more than there are partitions.', 8, 1, 1024),
  cpuUtilizationPercent: whole('hpa: the share of the requested CPU that is aimed at.', 70, 1, 1000),
  lagThreshold: whole('keda: how many records of lag one more pod is started for.', 20_000, 1),
  pollingIntervalSeconds: whole('keda: how often it looks.', 15, 1),
  stabilizationSeconds: whole(
    'For so long fewer pods must have been enough before one is stopped: each step moves partitions.',
    600,
    0,
    3600,
  ),
});

/** A service without a disk of its own, which can be scaled. */
export function scalable(description: string, resources: Resources): ValueSchema {
  return section(description, {
    enabled: flag('Whether it is there.', true),
    replicas: whole('How many pods, without autoscaling. Not more than there are partitions.', 2, 1, 1024),
    autoscaling,
    topologySpreadConstraints: spread,
    ...podValues(resources),
  });
}

export const socketIngestor = section(
  'Takes logs in. Sockets are files of a machine, so it runs where the sources are.',
  {
    enabled: flag(
      'Whether it is there. false: it runs beside your own containers, as in examples/sidecar-ingestor.',
      true,
    ),
    mode: choice(
      'daemonset: one on each node, with the sockets in a directory of the node; a namespace that enforces PodSecurity ' +
        'baseline or restricted forbids that. statefulset: pods that listen on ports (config.inputs.raw), or share ' +
        'their sockets with extraContainers.',
      ['daemonset', 'statefulset'],
    ),
    hostPath: section('daemonset: directories of the node.', {
      sockets: text('Where the sockets are. Pods have it as /run/logweave.', '/run/logweave', '^/.+'),
      data: text('Holds the spool: what came in while Kafka was away.', '/var/lib/logweave', '^/.+'),
      create: flag(
        'Create both, by a container that is root for a moment. false: they are there, and belong to runAs.user.',
        false,
      ),
    }),
    replicas: whole('statefulset: how many pods.', 2, 1, 1024),
    persistence: persistence('8Gi'),
    extraContainers: list(
      'statefulset: containers that write to the sockets; they mount the volume sockets.',
      ANY_OBJECT,
    ),
    service: section('The Service in front of ports of config.inputs.raw.', {
      type: choice('Its type.', ['ClusterIP', 'NodePort', 'LoadBalancer']),
      annotations: mapping('Its annotations.'),
    }),
    ...podValues({ requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '768Mi' } }),
  },
);

export const fileWriter = section('Writes results to a file. It is one pod: a file has one writer.', {
  enabled: flag('Whether it is there.', false),
  persistence: persistence('20Gi'),
  ...podValues({ requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '768Mi' } }),
});
