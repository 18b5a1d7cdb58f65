import type { DemoPaths } from './demo-config.ts';

const KEY = '"src_ip":"192.0.2.99","src_port":50999';
const NETWORK = `{${KEY},"dst_port":443,"ip_meta_ttl":64,"ja4":"t13d1516h2_8daaf6152771_02713d6af862"}`;
const HTTP = `{${KEY},"method":"GET","host":"example.com","path":"/mine","status":200,"header_user_agent":"my own"}`;

/**
 * What the demo says when it waits: where the sockets are, and a line for another terminal that sends a pair of events.
 * The events carry no time, so they happen when they arrive.
 */
export function ownEventsLines(paths: DemoPaths, adminUrl: string): readonly string[] {
  const send = (event: string, socket: string): string => `echo '${event}' | node tools/send-lines.mjs ${socket}`;
  return [
    'Still running, for your own events. Lines of JSON go to',
    `  HTTP logs      ${paths.http}`,
    `  network logs   ${paths.network}`,
    `and come out in  ${paths.file} and in ClickHouse; metrics are at ${adminUrl}/metrics.`,
    '',
    'In another terminal, from this directory, paste this: the pair appears joined below.',
    '',
    `${send(NETWORK, paths.network)}; ${send(HTTP, paths.http)}`,
    '',
    'Ctrl-C ends the demo and removes its files.',
  ];
}
