/** Mechanisms as the protocol names them. */
export type SaslMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER';

/** A listener without TLS on which clients have to say who they are. */
export interface SaslListener {
  /** In capitals. */
  readonly name: string;
  readonly mechanisms: readonly SaslMechanism[];
  /** Names and passwords for PLAIN. Those for SCRAM are set while the broker runs. */
  readonly users: Readonly<Record<string, string>>;
  /** After so long clients have to authenticate again. Null: never. */
  readonly reauthenticateMs: number | null;
}

const SECURITY = 'org.apache.kafka.common.security';

/** OAUTHBEARER takes tokens without a signature, which Kafka has for tests. */
export function saslProperties(listeners: readonly SaslListener[]): Readonly<Record<string, string>> {
  const properties: Record<string, string> = {};
  for (const { name, mechanisms, users, reauthenticateMs } of listeners) {
    const listener = `listener.name.${name.toLowerCase()}`;
    properties[`${listener}.sasl.enabled.mechanisms`] = mechanisms.join(',');
    for (const mechanism of mechanisms) {
      const of = `${listener}.${mechanism.toLowerCase()}`;
      properties[`${of}.sasl.jaas.config`] = loginModule(mechanism, users);
      if (reauthenticateMs !== null) properties[`${of}.connections.max.reauth.ms`] = String(reauthenticateMs);
    }
  }
  return properties;
}

function loginModule(mechanism: SaslMechanism, users: SaslListener['users']): string {
  switch (mechanism) {
    case 'PLAIN': {
      const options = Object.entries(users).map(([user, password]) => ` user_${user}="${password}"`);
      return `${SECURITY}.plain.PlainLoginModule required${options.join('')};`;
    }
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512':
      return `${SECURITY}.scram.ScramLoginModule required;`;
    default:
      return `${SECURITY}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`;
  }
}
