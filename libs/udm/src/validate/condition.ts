import { resolvePath, type UdmRoot } from '../lint/resolve-path.ts';
import { EVENT_SCHEMA, ENTITY_SCHEMA } from '../schema/schema.ts';
import { isJsonObject, type UdmJson } from '../udm-json.ts';
import { objectIn } from '../udm-json-path.ts';

/** One thing that a record must have. */
export interface Condition {
  /** The first alternative's path, for `UdmProblem.path`: `target.user`. */
  readonly path: string;
  /** What is wrong when it does not hold: `target.user field is not set`. */
  readonly unmet: string;
  /** Whether nothing else will do instead of `path`. */
  readonly single: boolean;
  holds(json: UdmJson): boolean;
}

/** Whether a noun says which machine it is: by host name, address, hardware address or asset id. */
export function namesMachine(noun: UdmJson | undefined): boolean {
  if (noun === undefined) return false;
  return 'hostname' in noun || 'ip' in noun || 'mac' in noun || 'assetId' in noun;
}

/** Whether something is at the end of the steps, in any element where one of them is a list. */
function isSet(json: unknown, steps: readonly string[], value: string | undefined, at = 0): boolean {
  if (Array.isArray(json)) return json.some((element) => isSet(element, steps, value, at));
  const step = steps[at];
  if (step === undefined) return value === undefined ? json !== undefined : json === value;
  return isJsonObject(json) && Object.hasOwn(json, step) && isSet(json[step], steps, value, at + 1);
}

/** The JSON names of a path. Throws on a path that the schema does not know: rules are part of the program. */
function jsonSteps(path: string, root: UdmRoot): string[] {
  if (resolvePath(path, root) === undefined) throw new Error(`a rule names ${path}, which is not in the schema`);
  let schema = root === 'event' ? EVENT_SCHEMA : ENTITY_SCHEMA;
  return path.split('.').map((step) => {
    const field = schema.fields.get(step);
    if (field?.type.kind === 'message') schema = field.type.message;
    return field?.json ?? step;
  });
}

function alternative(text: string, root: UdmRoot): Condition {
  const [path = '', value] = text.split('=');
  const machine = /^(.*)\.machine_id$/.exec(path)?.[1];
  if (machine !== undefined) {
    const [noun = ''] = jsonSteps(machine, root);
    return {
      path: machine,
      single: true,
      unmet: `${machine} has none of hostname, ip, mac, asset_id`,
      holds: (json) => namesMachine(objectIn(json, noun)),
    };
  }
  const steps = jsonSteps(path, root);
  return {
    path,
    single: true,
    unmet: value === undefined ? `${path} field is not set` : `${path} field is not ${value}`,
    holds: (json) => isSet(json, steps, value),
  };
}

/**
 * Makes a condition of its text: a path that must be set, `noun.machine_id` (the noun must name a machine), `path=VALUE`;
 * of several joined by `|` one must hold.
 */
export function parseCondition(text: string, root: UdmRoot = 'event'): Condition {
  const alternatives = text.split('|').map((part) => alternative(part, root));
  const [first] = alternatives;
  if (first === undefined) throw new Error('an empty rule');
  if (alternatives.length === 1) return first;
  return {
    path: first.path,
    single: false,
    unmet: alternatives.map((part) => part.unmet).join(', and '),
    holds: (json) => alternatives.some((part) => part.holds(json)),
  };
}
