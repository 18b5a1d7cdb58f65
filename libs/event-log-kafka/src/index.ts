export {
  DEFAULT_KAFKA_CONFIG,
  type KafkaConfig,
  type SaslConfig,
  type Secret,
  type TlsConfig,
} from './kafka-config.ts';
export { type KafkaLogDeps, openKafkaLog } from './kafka-log.ts';
