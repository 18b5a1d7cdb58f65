import { type FieldSchema, MESSAGE_SCHEMAS, type MessageSchema } from '../schema/schema.ts';
import { rootSchema, type UdmRoot } from './resolve-path.ts';

/** A field that should not be mapped any more. */
export interface DeprecatedField {
  /** The message it is in: `Noun`. */
  readonly message: string;
  readonly field: string;
  /** What to use instead, from the same message on (`attribute.labels`); undefined where nothing takes its place. */
  readonly use?: string;
}

/** What takes the place of deprecated fields, where the schema has an evident successor. */
const USE_INSTEAD: Readonly<Record<string, string>> = {
  'Asset.creation_time': 'attribute.creation_time',
  'Asset.labels': 'attribute.labels',
  'EntityRisk.DEPRECATED_risk_score': 'risk_score',
  'EntityMetadata.structured_fields': 'extracted',
  'File.ahash': 'authentihash',
  'File.file_metadata': 'pe_file',
  'FileMetadataPE.resources_type_count': 'resources_type_count_str',
  'FileMetadataPE.resources_language_count': 'resources_language_count_str',
  'FileMetadataSignatureInfo.signer': 'signers',
  'Group.creation_time': 'attribute.creation_time',
  'Location.region_latitude': 'region_coordinates.latitude',
  'Location.region_longitude': 'region_coordinates.longitude',
  'Noun.cloud': 'resource.attribute.cloud',
  'Noun.ip_location': 'ip_geo_artifact',
  'Noun.labels': 'resource.attribute.labels',
  'Process.parent_pid': 'parent_process.pid',
  'Process.product_specific_parent_process_id': 'parent_process.product_specific_process_id',
  'Resource.id': 'product_object_id',
  'Resource.type': 'resource_subtype',
  'Resource.scheduled_task': 'scheduled_cron_task',
  'SSLCertificate.extension': 'cert_extensions',
  'SecurityResult.campaigns': 'associations',
  'SecurityResult.outcomes': 'variables',
  'SecurityResult.reports': 'associations',
  'SecurityResult.verdict': 'verdict_info',
  'SecurityResult.Association.source_country': 'country_code',
  'Service.service_type': 'service_types',
  'User.groupid': 'group_identifiers',
  'User.role_description': 'attribute.roles.description',
  'User.role_name': 'attribute.roles.name',
  'User.user_role': 'attribute.roles',
  'UsnJournal.attributes': 'file_attributes',
  'UsnJournal.reason': 'reasons',
};

function deprecatedField(message: string, field: string): DeprecatedField {
  const use = USE_INSTEAD[`${message}.${field}`];
  return use === undefined ? { message, field } : { message, field, use };
}

/** Every deprecated field of the schema. */
export const DEPRECATED_FIELDS: readonly DeprecatedField[] = [...MESSAGE_SCHEMAS.values()].flatMap((message) =>
  message.list.filter((field) => field.deprecated).map((field) => deprecatedField(message.name, field.name)),
);

/** What an editor says of a path that runs through a deprecated field. */
export interface Deprecation {
  /** The path as far as the deprecated field: `principal.labels`. */
  readonly path: string;
  /** The whole path to use instead; undefined where nothing takes its place. */
  readonly use?: string;
}

/** The first deprecated field on a path, if there is one. Unknown paths have none. */
export function findDeprecation(path: string, root: UdmRoot = 'event'): Deprecation | undefined {
  let schema: MessageSchema | undefined = rootSchema(root);
  const names: string[] = [];
  for (const step of path.split('.')) {
    if (/^[0-9]+$/.test(step)) continue;
    const field: FieldSchema | undefined = schema?.fields.get(step);
    if (schema === undefined || field === undefined) return undefined;
    if (field.deprecated) {
      const { use } = deprecatedField(schema.name, field.name);
      const whole = [...names, field.name].join('.');
      return use === undefined ? { path: whole } : { path: whole, use: [...names, use].join('.') };
    }
    names.push(field.name);
    schema = field.type.kind === 'message' ? field.type.message : undefined;
  }
  return undefined;
}
