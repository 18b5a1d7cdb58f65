import { ANY_OBJECT, choice, flag, list, mapping, section, text, type ValueSchema, whole } from './value-schema.ts';
import { fileWriter, scalable, socketIngestor } from './workload-values.ts';

const port: ValueSchema = { type: 'integer', minimum: 1, maximum: 65_535 };

const peers = (description: string, value: readonly unknown[] = []): ValueSchema =>
  list(description, ANY_OBJECT, value);

const resources = { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } };

const image = section('The image of all pods.', {
  repository: text('Where it is.', 'logweave'),
  tag: text('Its tag. Empty: the version of the application that the chart is for.'),
  digest: text('Its digest, which goes before the tag: sha256:…', '', '^(sha256:[0-9a-f]{64})?$'),
  pullPolicy: choice('When it is pulled.', ['IfNotPresent', 'Always', 'Never']),
  pullSecrets: list('Secrets to pull it with, as [{name: registry}].', ANY_OBJECT),
  command: list('Instead of the entry point of the image.', { type: 'string' }),
});

const kafka = section('Secrets for the brokers; who and where they are is said in config.event_log.kafka.', {
  sasl: section('Authentication.', {
    existingSecret: text('Secret with the password.'),
    passwordKey: text('Its key.', 'password'),
  }),
  tls: section('TLS. A Secret here switches it on.', {
    existingSecret: text("Secret with the authority of the brokers' certificates."),
    caKey: text('Its key.', 'ca.crt'),
    clientCertificateSecret: text('Secret with our own certificate, for mutual TLS.'),
    certificateKey: text('Key of the certificate.', 'tls.crt'),
    privateKeyKey: text('Key of its private key.', 'tls.key'),
  }),
});

const clickhouse = section('Secrets for ClickHouse; where it is is said in config.outputs.clickhouse.dsn.', {
  existingSecret: text('Secret with the password.'),
  passwordKey: text('Its key.', 'password'),
  tls: section('Its certificate, when the system does not know its authority.', {
    existingSecret: text('Secret with the authority.'),
    caKey: text('Its key.', 'ca.crt'),
  }),
});

const jobs = section('What is done before an installation and before each upgrade.', {
  topics: section('logweave topics --create: makes missing topics, and stops an upgrade whose partitions differ.', {
    enabled: flag('Whether it runs. Not with strimzi.enabled. false: services make missing topics.', true),
  }),
  migrate: section('logweave migrate: the tables in ClickHouse.', {
    enabled: flag('Whether it runs. false: the writer does it.', true),
  }),
  backoffLimit: whole('How often a job that failed is tried again.', 4, 0, 100),
  activeDeadlineSeconds: whole('After so long it has failed.', 300, 1),
  resources: mapping('Requests and limits.', resources),
  podLabels: mapping('Further labels of the pods.'),
  podAnnotations: mapping('Further annotations of the pods.'),
  nodeSelector: mapping('Nodes that the pods may run on.'),
  tolerations: list('Taints that the pods tolerate.', ANY_OBJECT),
  extraVolumes: list('Further volumes of the pods.', ANY_OBJECT),
  extraVolumeMounts: list('Where the container has them.', ANY_OBJECT),
});

const networkPolicy = section('What may reach pods and what they may reach. Whoever is not named here may not.', {
  enabled: flag('Whether there are policies. The network of the cluster has to enforce them.', false),
  dns: section('Names.', { to: peers('Who answers.', [{ namespaceSelector: {} }]) }),
  kafka: section('The brokers.', {
    to: peers('Where they are. Needed.'),
    ports: list('Their ports. Empty: those of config.event_log.kafka.brokers.', port),
  }),
  clickhouse: section('ClickHouse.', {
    to: peers('Where it is. Needed with clickhouseWriter.'),
    ports: list('Its HTTP port. Empty: that of the dsn.', port),
  }),
  metrics: section('Who scrapes.', { from: peers('Where Prometheus is. Needed with monitoring.podMonitor.') }),
  sources: section('Who sends logs to ports.', {
    from: peers('Where they are. Needed with ports in config.inputs.raw.'),
  }),
});

const monitoring = section('For the Prometheus operator.', {
  podMonitor: section('What is scraped.', {
    enabled: flag('Whether there are PodMonitors.', false),
    interval: text('How often.', '30s', '^[0-9]+(ms|s|m)$'),
    labels: mapping('Their further labels, by which Prometheus finds them.'),
  }),
  prometheusRule: section('The alerts of deploy/observability.', {
    enabled: flag('Whether there is a PrometheusRule.', false),
    labels: mapping('Its further labels.'),
  }),
});

const strimzi = section('Topics and a user by the operators of Strimzi.', {
  enabled: flag('Whether they make the topics, in place of jobs.topics.', false),
  apiVersion: text('Version of their resources; kafka.strimzi.io/v1beta2 before Strimzi 0.49.', 'kafka.strimzi.io/v1'),
  cluster: text('Name of the Kafka resource.'),
  namespace: text('Where it is. Empty: the namespace of the release.'),
  manageTopics: flag('Whether there is a KafkaTopic for each topic.', true),
  topics: {
    type: 'object',
    description:
      'Of single topics, by their name without prefix: config, and partitions, which must be those of config.topics.',
    default: {},
    additionalProperties: section('A topic.', {
      partitions: { type: 'integer', minimum: 1, description: 'Its partitions.' },
      config: { type: 'object', description: 'Its further settings of Kafka.' },
    }),
  },
  user: section('A KafkaUser with the rights that Logweave needs, and no others.', {
    enabled: flag('Whether there is one.', false),
    authentication: choice(
      'How it says who it is. With scram-sha-512 its name is config.event_log.kafka.sasl.username.',
      ['scram-sha-512', 'tls'],
    ),
  }),
});

/** All values of the chart but `config`, in the order of values.yaml. */
export const CHART_VALUES: Readonly<Record<string, ValueSchema>> = {
  nameOverride: text('Instead of the name of the chart.'),
  fullnameOverride: text('Instead of the name of the release with that of the chart.'),
  image,
  runAs: section('Who the processes are: numbers, as PodSecurity restricted wants them, and never 0.', {
    user: whole('User.', 10_001, 1),
    group: whole('Group, to which volumes belong as well.', 10_001, 1),
  }),
  serviceAccount: section('The account of the pods. None of them has its token.', {
    create: flag('Whether it is created.', true),
    name: text('Its name. Empty: that of the release.'),
    annotations: mapping('Its annotations.'),
  }),
  admin: section('Health and metrics of every pod.', {
    existingSecret: text('Secret with the token that metrics are for. Needed.'),
    tokenKey: text('Its key.', 'token'),
    host: text('Address to listen on.', '0.0.0.0'),
    port: whole('Port of /livez, /readyz and /metrics.', 9464, 1024, 65_535),
  }),
  kafka,
  clickhouse,
  socketIngestor,
  correlator: scalable('Joins the two sources.', {
    requests: { cpu: '500m', memory: '768Mi' },
    limits: { memory: '2Gi' },
  }),
  parser: scalable('Makes events of the Unified Data Model of logs.', {
    requests: { cpu: '500m', memory: '512Mi' },
    limits: { memory: '1Gi' },
  }),
  clickhouseWriter: scalable('Writes results, logs and events to ClickHouse.', {
    requests: { cpu: '250m', memory: '512Mi' },
    limits: { memory: '1Gi' },
  }),
  fileWriter,
  jobs,
  networkPolicy,
  monitoring,
  strimzi,
};

/** What `config` is when nobody says anything: where the sockets are, and how web traffic is joined. */
export const CONFIG_DEFAULT = {
  event_log: { kafka: { brokers: [] } },
  topics: { partitions: 8, raw_partitions: 8 },
  inputs: {
    unix_sockets: [
      { name: 'http_source', path: '/run/logweave/http.socket' },
      { name: 'network_source', path: '/run/logweave/network.socket' },
    ],
  },
  correlation: { matching: { mode: 'one_to_many' } },
  outputs: {},
  log: { format: 'json' },
} as const;
