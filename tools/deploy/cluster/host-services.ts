import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from '../run-tool.ts';
import { until } from './until.ts';

export const KAFKA_PORT = 19_092;
export const CLICKHOUSE_PORT = 8_123;
/** Of a machine that is a container itself. */
const CONTAINERS_CONF = join(import.meta.dirname, '../../../deploy/stand-ins/containers.conf');
const PASSWORD = 'of-the-cluster-test';

/** What the pods find outside of the cluster, as containers on this machine at one address: a broker and a warehouse. */
export class HostServices {
  readonly broker: string;
  readonly dsn: string;
  readonly password = PASSWORD;
  readonly #address: string;
  readonly #folder: string;
  readonly #prefix: string;
  readonly #names: string[] = [];

  constructor({
    address,
    folder,
    prefix,
  }: { readonly address: string; readonly folder: string; readonly prefix: string }) {
    this.#address = address;
    this.#folder = folder;
    this.#prefix = prefix;
    this.broker = `${address}:${KAFKA_PORT}`;
    this.dsn = `http://logweave@${address}:${CLICKHOUSE_PORT}/default`;
  }

  /** @throws Error with the last words of what did not start */
  async start(): Promise<void> {
    mkdirSync(this.#folder);
    const properties = this.#write('server.properties', brokerProperties(this.broker));
    const password = this.#write('password', PASSWORD);
    this.#run('kafka', [
      '--volume',
      `${properties}:/mnt/shared/config/server.properties:ro`,
      '--env',
      'KAFKA_HEAP_OPTS=-Xmx512m',
    ]);
    this.#run('clickhouse', [
      '--volume',
      `${password}:/run/secrets/password:ro`,
      '--env',
      'CLICKHOUSE_USER=logweave',
      '--env',
      'CLICKHOUSE_PASSWORD_FILE=/run/secrets/password',
      '--env',
      `LISTEN_ADDRESS=${this.#address}`,
    ]);
    const problems = await until(60, async () => {
      try {
        await this.query('SELECT 1');
        return [];
      } catch (error) {
        return [String(error)];
      }
    });
    if (problems.length > 0)
      throw new Error(`the warehouse is not there: ${problems.join()}\n${this.#logs('clickhouse')}`);
  }

  /** The answer to a query, values between tabs. @throws Error with what the warehouse said */
  async query(sql: string): Promise<string> {
    const authorization = `Basic ${Buffer.from(`logweave:${PASSWORD}`).toString('base64')}`;
    const response = await fetch(`http://${this.#address}:${CLICKHOUSE_PORT}/`, {
      method: 'POST',
      headers: { authorization },
      body: sql,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text.trim();
  }

  stop(): void {
    for (const name of this.#names) runTool('podman', ['rm', '--force', '--time', '5', name]);
  }

  #run(image: string, options: readonly string[]): void {
    const name = `logweave-cluster-${image}`;
    runTool('podman', ['rm', '--force', '--time', '1', name]);
    const args = ['run', '--detach', '--network', 'host', '--name', name, ...options, `${this.#prefix}/${image}`];
    const run = runTool('podman', args, { env: existsSync('/run/systemd/system') ? {} : { CONTAINERS_CONF } });
    if (run.status !== 0) throw new Error(`podman ${args.join(' ')}: ${run.stderr}`);
    this.#names.push(name);
  }

  #logs(image: string): string {
    const { stdout, stderr } = runTool('podman', ['logs', '--tail', '15', `logweave-cluster-${image}`]);
    return `${stdout}${stderr}`;
  }

  #write(name: string, text: string): string {
    const file = join(this.#folder, name);
    writeFileSync(file, text);
    return file;
  }
}

function brokerProperties(broker: string): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${KAFKA_PORT + 1}
listeners=PLAINTEXT://${broker},CONTROLLER://127.0.0.1:${KAFKA_PORT + 1}
advertised.listeners=PLAINTEXT://${broker}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=/var/lib/kafka/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
`;
}
