/** A field as the generator reads it. `json` names are not kept: they always follow from `name` (checked). */
export interface SourceField {
  readonly name: string;
  readonly type: string;
  readonly kind: 'scalar' | 'message' | 'enum' | 'wellknown';
  readonly repeated: boolean;
  readonly deprecated: boolean;
  /** Whether the wire tells "set to the default" from "not set": proto3 `optional`, members of a oneof, proto2. */
  readonly presence: boolean;
}

export interface SourceSchema {
  readonly source: string;
  readonly messages: ReadonlyMap<string, readonly SourceField[]>;
  /** Enum to its members, the default first. */
  readonly enums: ReadonlyMap<string, readonly (readonly [name: string, number: number])[]>;
}

type JsonObject = { readonly [key: string]: unknown };

function objectAt(value: unknown, where: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${where}: not an object`);
  return value as JsonObject;
}

function listAt(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${where}: not a list`);
  return value;
}

function textAt(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new Error(`${where}: not a string`);
  return value;
}

/** proto3's lower camel case of a field name. */
export function jsonName(name: string): string {
  return name.replace(/_+(.?)/g, (_, next: string) => next.toUpperCase());
}

function readKind(value: unknown, where: string): SourceField['kind'] {
  if (value === 'scalar' || value === 'message' || value === 'enum' || value === 'wellknown') return value;
  throw new Error(`${where}: unknown kind ${String(value)}`);
}

function readField(value: unknown, message: string): SourceField {
  const field = objectAt(value, message);
  const name = textAt(field['name'], message);
  const where = `${message}.${name}`;
  if (field['json'] !== jsonName(name)) throw new Error(`${where}: JSON name ${String(field['json'])} does not follow`);
  return {
    name,
    type: textAt(field['type'], where),
    kind: readKind(field['kind'], where),
    repeated: field['repeated'] === true,
    deprecated: field['deprecated'] === true,
    presence: field['optional'] === true || typeof field['oneof'] === 'string',
  };
}

function plain(name: string, type: string, kind: SourceField['kind'] = 'scalar'): SourceField {
  return { name, type, kind, repeated: false, deprecated: false, presence: false };
}

/**
 * What the protos refer to without containing it: two common types of googleapis, and the parsed user agent, which the
 * published protos leave out and the REST reference (Shared.Types/UserAgentProto, Family) describes. The latter is a
 * proto2 message by the way its first enum member is printed, so its fields know whether they are set.
 */
function addReferenced(messages: Map<string, readonly SourceField[]>, enums: Map<string, readonly [string, number][]>) {
  messages.set('google.type.Interval', [
    plain('start_time', 'google.protobuf.Timestamp', 'wellknown'),
    plain('end_time', 'google.protobuf.Timestamp', 'wellknown'),
  ]);
  messages.set('google.type.LatLng', [plain('latitude', 'double'), plain('longitude', 'double')]);

  const texts =
    'sub_family platform device device_version carrier security locale os os_variant browser browser_version ' +
    'browser_engine_version google_toolbar_version java_profile java_profile_version java_configuration ' +
    'java_configuration_version messaging messaging_version';
  messages.set('UserAgentProto', [
    { ...plain('family', 'UserAgentProto.Family', 'enum'), presence: true },
    ...texts.split(' ').map((name) => ({ ...plain(name, 'string'), presence: true })),
    { ...plain('annotation', 'UserAgentProto.Annotation', 'message'), repeated: true },
  ]);
  messages.set('UserAgentProto.Annotation', [
    { ...plain('key', 'string'), presence: true },
    { ...plain('value', 'string'), presence: true },
  ]);
  const families =
    'USER_DEFINED MSIE GECKO APPLEWEBKIT OPERA KHTML OTHER APPLE BLACKBERRY DOCOMO GOOGLE OPENWAVE POLARIS OBIGO ' +
    'TELECA MICROSOFT NOKIA NETFRONT SEMC SMIT KOREAN CLIENT_HINTS';
  // The reference gives no numbers; the order stands in for them, and numbers of this enum occur nowhere.
  enums.set(
    'UserAgentProto.Family',
    families.split(' ').map((name, number) => [name, number]),
  );
  const http = messages.get('Http');
  if (http === undefined) throw new Error('there is no message Http');
  messages.set('Http', [...http, plain('parsed_user_agent', 'UserAgentProto', 'message')]);
}

/** Reads and checks the schema file. Throws on what does not fit. */
export function readSchema(json: unknown): SourceSchema {
  const root = objectAt(json, 'schema');
  const messages = new Map<string, readonly SourceField[]>();
  for (const [name, fields] of Object.entries(objectAt(root['messages'], 'messages'))) {
    messages.set(
      name,
      listAt(fields, name).map((field) => readField(field, name)),
    );
  }
  const enums = new Map<string, readonly [string, number][]>();
  for (const [name, members] of Object.entries(objectAt(root['enums'], 'enums'))) {
    enums.set(
      name,
      listAt(members, name).map((value) => {
        const member = objectAt(value, name);
        return [textAt(member['name'], name), Number(member['number'])];
      }),
    );
  }
  addReferenced(messages, enums);
  return { source: textAt(root['source'], 'source'), messages, enums };
}
