import { EVENT_TYPE_DATA } from '../schema/event-type-data.ts';
import { type Condition, parseCondition } from './condition.ts';

/** What an event of some type must and should have. */
export interface EventTypeRule {
  /** What the reference engine insists on, as far as can be seen from its events: every event of the type has it. */
  readonly firm: readonly Condition[];
  /** What only the usage guide asks for; real events often go without. */
  readonly guide: readonly Condition[];
  /** Paths that such an event usually has as well. */
  readonly usual: readonly string[];
}

const MACHINE_AND_TARGET = ['principal.machine_id', 'target'];
const MACHINE_AND_FILE = ['principal.machine_id', 'target.file'];
const MACHINE_AND_RESOURCE = ['principal.machine_id', 'target.resource'];
const AUTHENTICATION = ['extensions.auth', 'target'];
const MACHINE = ['principal.machine_id'];

/** Without an exception in the observed events of the reference engine, where a type occurs there at all. */
const FIRM: Readonly<Record<string, readonly string[]>> = {
  NETWORK_CONNECTION: MACHINE_AND_TARGET,
  NETWORK_HTTP: MACHINE_AND_TARGET,
  NETWORK_FTP: MACHINE_AND_TARGET,
  NETWORK_UNCATEGORIZED: MACHINE_AND_TARGET,
  NETWORK_DNS: ['principal.machine_id', 'network.dns'],
  NETWORK_DHCP: ['principal.machine_id', 'network.dhcp'],
  STATUS_UPDATE: MACHINE,
  STATUS_HEARTBEAT: MACHINE,
  STATUS_SHUTDOWN: MACHINE,
  USER_LOGIN: AUTHENTICATION,
  USER_LOGOUT: AUTHENTICATION,
  USER_CREATION: ['principal.user|target.user'],
  FILE_UNCATEGORIZED: MACHINE_AND_FILE,
  FILE_CREATION: MACHINE_AND_FILE,
  FILE_DELETION: MACHINE_AND_FILE,
  FILE_MODIFICATION: MACHINE_AND_FILE,
  FILE_READ: MACHINE_AND_FILE,
  FILE_COPY: MACHINE_AND_FILE,
  FILE_OPEN: MACHINE_AND_FILE,
  FILE_MOVE: MACHINE_AND_FILE,
  FILE_SYNC: MACHINE_AND_FILE,
  PROCESS_LAUNCH: ['principal.machine_id', 'target.process'],
  SETTING_UNCATEGORIZED: MACHINE_AND_RESOURCE,
  SETTING_CREATION: MACHINE_AND_RESOURCE,
  SETTING_MODIFICATION: MACHINE_AND_RESOURCE,
  SETTING_DELETION: MACHINE_AND_RESOURCE,
};

const NONE: EventTypeRule = { firm: [], guide: [], usual: [] };

function buildRules(): Map<string, EventTypeRule> {
  const rules = new Map<string, EventTypeRule>();
  for (const eventType of new Set([...Object.keys(FIRM), ...Object.keys(EVENT_TYPE_DATA)])) {
    const firm = FIRM[eventType] ?? [];
    const { required = [], usual = [] } = EVENT_TYPE_DATA[eventType] ?? {};
    rules.set(eventType, {
      firm: firm.map((text) => parseCondition(text)),
      // A part of what is firm already: `target` beside the firm `target.file`.
      guide: required
        .filter((text) => !firm.some((stated) => stated === text || stated.startsWith(`${text}.`)))
        .map((text) => parseCondition(text)),
      usual,
    });
  }
  return rules;
}

const RULES = buildRules();

/** The rule of a type of event; one that asks for nothing where none is known. */
export function eventTypeRule(eventType: string): EventTypeRule {
  return RULES.get(eventType) ?? NONE;
}
