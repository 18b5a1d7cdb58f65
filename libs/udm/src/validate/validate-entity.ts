import type { UdmProblem, UdmProblemCode } from '../problem.ts';
import type { UdmJson } from '../udm-json.ts';
import { listIn, objectIn, textIn } from '../udm-json-path.ts';
import { checkNounFormats } from './formats.ts';
import { isIpAddress, isIpRange } from './ip-address.ts';
import { type RuleKind, severityOf, type ValidationPolicy, validationMessage } from './policy.ts';

/** What an entity of some type must have in its noun. */
interface EntityTypeRule {
  readonly kind: RuleKind;
  readonly code: UdmProblemCode;
  readonly path: string;
  readonly unmet: string;
  holds(noun: UdmJson): boolean;
}

function hasAddress(noun: UdmJson): boolean {
  const addresses = listIn(noun, 'ip');
  return addresses.length > 0 && addresses.every((ip) => typeof ip === 'string' && isIpAddress(ip));
}

function isMutex(noun: UdmJson): boolean {
  const resource = objectIn(noun, 'resource');
  return resource?.['resourceType'] === 'MUTEX' && textIn(resource, 'name') !== undefined;
}

const RESOURCE_TYPES: readonly unknown[] = ['MUTEX', 'STORAGE_OBJECT'];

/** Dots inside, no spaces: enough to tell a domain from a text. */
const DOMAIN_NAME = /^(?!.*\.\.)[^\s./][^\s/]*$/;

/** By type of entity, from the usage guide. What real entities go without only warns. */
const RULES: Readonly<Record<string, EntityTypeRule>> = {
  IP_ADDRESS: {
    kind: 'firm',
    code: 'bad_value',
    path: 'entity.ip',
    unmet: 'entity.ip field holds no valid addresses',
    holds: hasAddress,
  },
  CIDR_BLOCK: {
    kind: 'firm',
    code: 'bad_value',
    path: 'entity.network.ip_subnet_range',
    unmet: 'entity.network.ip_subnet_range field holds no address range',
    holds: (noun) => isIpRange(textIn(objectIn(noun, 'network'), 'ipSubnetRange') ?? ''),
  },
  FILE: {
    kind: 'firm',
    code: 'missing_field',
    path: 'entity.file',
    unmet: 'entity.file has no field set',
    holds: (noun) => Object.keys(objectIn(noun, 'file') ?? {}).length > 0,
  },
  DOMAIN_NAME: {
    kind: 'firm',
    code: 'bad_value',
    path: 'entity.hostname',
    unmet: 'entity.hostname field holds no domain name',
    holds: (noun) => DOMAIN_NAME.test(textIn(noun, 'hostname') ?? ''),
  },
  URL: {
    kind: 'firm',
    code: 'missing_field',
    path: 'entity.url',
    unmet: 'entity.url field is not set',
    holds: (noun) => textIn(noun, 'url') !== undefined,
  },
  MUTEX: {
    kind: 'firm',
    code: 'missing_field',
    path: 'entity.resource',
    unmet: 'entity.resource has no resource_type MUTEX with a name',
    holds: isMutex,
  },
  USER: {
    kind: 'guide',
    code: 'missing_field',
    path: 'entity.user.email_addresses',
    unmet: 'entity.user.email_addresses field is not set',
    holds: (noun) => listIn(objectIn(noun, 'user'), 'emailAddresses').length > 0,
  },
  RESOURCE: {
    kind: 'guide',
    code: 'bad_value',
    path: 'entity.resource.resource_type',
    unmet: 'entity.resource.resource_type field is neither MUTEX nor STORAGE_OBJECT',
    holds: (noun) => RESOURCE_TYPES.includes(objectIn(noun, 'resource')?.['resourceType']),
  },
};

/**
 * Checks an entity in normal form (`encodeEntity`, `decodeEntity`) against what its type asks for and against the formats
 * of its values. To be called when `completeEntity` has set what the engine sets.
 */
export function validateEntity(entity: UdmJson, policy: ValidationPolicy = 'default'): readonly UdmProblem[] {
  const problems: UdmProblem[] = [];
  const report = (kind: RuleKind, code: UdmProblemCode, path: string, what: string) => {
    problems.push({ severity: severityOf(kind, policy), code, path, message: validationMessage(what) });
  };
  const metadata = objectIn(entity, 'metadata');
  const entityType = textIn(metadata, 'entityType');
  if (entityType === undefined) {
    report('firm', 'missing_field', 'metadata.entity_type', 'metadata.entity_type field is not set');
  }
  if (metadata?.['collectedTimestamp'] === undefined) {
    report('guide', 'missing_field', 'metadata.collected_timestamp', 'metadata.collected_timestamp field is not set');
  }
  const noun = objectIn(entity, 'entity');
  if (noun === undefined) {
    report('firm', 'missing_field', 'entity', 'entity field is not set');
    return problems;
  }
  const rule = entityType === undefined || !Object.hasOwn(RULES, entityType) ? undefined : RULES[entityType];
  if (rule !== undefined && !rule.holds(noun)) {
    report(rule.kind, rule.code, rule.path, `${rule.unmet} (${entityType})`);
  }
  checkNounFormats(noun, 'entity', problems);
  return problems;
}
