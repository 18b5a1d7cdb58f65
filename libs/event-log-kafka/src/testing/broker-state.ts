import kafkajs from 'kafkajs';

// Node finds only some of the names that this CommonJS module gives.
const { Kafka, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError, logLevel } = kafkajs;

export type BrokerState =
  /** Does not answer as a member of its cluster. */
  | 'silent'
  /**
   * Answers, and has not caught up with the leaders of its partitions. Who kills it now can leave a write that waits for
   * all copies waiting until the client gives up (30 s): the leader counts it already and the controller does not yet.
   */
  | 'behind'
  | 'ready';

/** How far a broker has come after its start. */
export async function brokerState(address: string, nodeId: number): Promise<BrokerState> {
  const kafka = new Kafka({
    brokers: [address],
    clientId: 'logweave-start',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    if (!brokers.some((broker) => broker.nodeId === nodeId)) return 'silent';
    const { topics } = await admin.fetchTopicMetadata();
    const behind = topics.some(({ partitions }) =>
      partitions.some(({ replicas, isr }) => replicas.includes(nodeId) && !isr.includes(nodeId)),
    );
    return behind ? 'behind' : 'ready';
  } catch (error) {
    // An answer all the same: a partition waits for another broker, and kafkajs throws away all that was said.
    if (isLeaderless(error)) return 'ready';
    // Refused, reset, not ready: whoever waits asks again and has the broker's log.
    return 'silent';
  } finally {
    await admin.disconnect();
  }
}

function isLeaderless(error: unknown): boolean {
  const cause = error instanceof KafkaJSNumberOfRetriesExceeded ? error.cause : error;
  return cause instanceof KafkaJSProtocolError && cause.type === 'LEADER_NOT_AVAILABLE';
}
