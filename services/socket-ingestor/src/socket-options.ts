import { Type } from 'typebox';

const account = (description: string) =>
  Type.Union([Type.String({ minLength: 1 }), Type.Integer({ minimum: 0 }), Type.Null()], {
    description,
    default: null,
  });

/** Who a socket file belongs to, for the configuration. */
export const SocketAccounts = {
  owner: account('Owner of the socket file, by name or number; null leaves it to the process'),
  group: account('Group of the socket file, by name or number; null leaves it to the process'),
};

/** Limits of a socket that receives datagrams, for the configuration. */
export const DatagramOptions = {
  max_datagram_bytes: Type.Integer({
    minimum: 1024,
    maximum: 1_048_576,
    description: 'Longest datagram; what is cut off a longer one goes to dead-letter',
    default: 65_536,
  }),
  queue_bytes: Type.Integer({
    minimum: 65_536,
    maximum: 1_073_741_824,
    description: 'Datagrams kept while the event log is behind; beyond it they are dropped and counted',
    default: 16_777_216,
  }),
};
