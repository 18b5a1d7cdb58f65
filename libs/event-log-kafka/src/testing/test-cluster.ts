import { systemClock } from '@logweave/service-kit';
import { KafkaCluster } from '../kafka-cluster.ts';
import { brokerFactory } from '../broker-factory.ts';
import { createKafkaLogger } from '../kafkajs.ts';
import { socketFactory } from '../socket-factory.ts';

/** Connections as the adapter makes them, to ask brokers what its port does not tell. */
export function testCluster(brokers: readonly string[]): KafkaCluster {
  return new KafkaCluster({
    clock: systemClock,
    seeds: brokers,
    createBroker: brokerFactory(
      {
        brokers,
        ssl: null,
        sasl: null,
        clientId: 'test-cluster',
        socketFactory: socketFactory(null),
        connectionTimeout: 5_000,
        requestTimeout: 10_000,
        enforceRequestTimeout: true,
        maxInFlightRequests: null,
        logger: createKafkaLogger(() => {}),
      },
      systemClock,
    ),
  });
}
