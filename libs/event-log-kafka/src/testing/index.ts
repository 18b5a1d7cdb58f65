/** Brokers for tests and for development. Nothing here is for a service. */
export type { BrokerCount } from './broker-properties.ts';
export type { BrokerProcess } from './broker-process.ts';
export { isPortFree } from './free-ports.ts';
export { findJava } from './java.ts';
export { KAFKA_HOME, kafkaJars } from './kafka-jars.ts';
export { type KafkaProcess, KafkaProcesses, TRANSACTION_STEPS, underLoad } from './kafka-processes.ts';
export { type ApiName, type HeldRequest, KafkaProxy, type Loss } from './kafka-proxy.ts';
export { type KafkaRights, KafkaTools } from './kafka-tools.ts';
export { KafkaUnavailable } from './kafka-unavailable.ts';
export { newClusterId, processCluster, startAll, stopAll } from './process-cluster.ts';
export type { SaslListener } from './sasl-listener.ts';
export type { SharedKafka } from './shared-kafka.ts';
export {
  type NoTestKafka,
  startTestKafka,
  type TestBroker,
  type TestKafka,
  type TestKafkaOptions,
} from './test-kafka.ts';
export { readToEnd, until } from './test-log.ts';
