/** This machine cannot give a Kafka; the message says what is missing and what to do about it. */
export class KafkaUnavailable extends Error {
  override readonly name = 'KafkaUnavailable';
}
