/**
 * `npm run kafka -- start|stop|status|jars`: Kafka brokers for development, without containers, from jars that Maven fetches.
 * They listen on the loopback address only and keep their data in `.kafka/`.
 */
import { KAFKA_HOME, kafkaJars, KafkaUnavailable } from '@logweave/event-log-kafka/testing';
import { parseCommand, USAGE, UsageError } from './arguments.ts';
import { DevelopmentKafka, KafkaStartError } from './development-kafka.ts';

try {
  const command = parseCommand(process.argv.slice(2));
  const kafka = new DevelopmentKafka(KAFKA_HOME);
  switch (command.kind) {
    case 'start':
      console.log(await kafka.start(command));
      break;
    case 'stop':
      console.log(await kafka.stop());
      break;
    case 'status':
      console.log(kafka.status());
      break;
    case 'jars':
      console.log(await kafkaJars());
      break;
    default:
      command satisfies never;
  }
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n${USAGE}`);
    process.exitCode = 2;
  } else if (error instanceof KafkaUnavailable || error instanceof KafkaStartError) {
    console.error(error.message);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
