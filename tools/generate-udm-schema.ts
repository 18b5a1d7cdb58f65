/**
 * `node tools/generate-udm-schema.ts UDM-SCHEMA.json UDM-EVENT-TYPES.json`: writes the generated files of
 * `libs/udm/src/schema/`. The first file holds messages and enums read off the published protos, the second what the
 * usage guide asks of each type of event. Run it when a newer version of the protos is to be followed, then
 * `biome check --write libs/udm`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEventTypes } from './udm/event-types.ts';
import { renderEventTypes, renderSchema, renderTypes } from './udm/render.ts';
import { readSchema } from './udm/source-schema.ts';

const [schemaPath, eventTypesPath] = process.argv.slice(2);
if (schemaPath === undefined || eventTypesPath === undefined) {
  console.error('usage: node tools/generate-udm-schema.ts UDM-SCHEMA.json UDM-EVENT-TYPES.json');
  process.exit(2);
}

const schema = readSchema(JSON.parse(readFileSync(schemaPath, 'utf8')));
const eventTypes = readEventTypes(JSON.parse(readFileSync(eventTypesPath, 'utf8')));
const files = {
  'schema-data.ts': renderSchema(schema),
  'udm-types.ts': renderTypes(schema),
  'event-type-data.ts': renderEventTypes(eventTypes),
};
const folder = join(import.meta.dirname, '../libs/udm/src/schema');
for (const [name, text] of Object.entries(files)) {
  writeFileSync(join(folder, name), text);
  console.log(`${name}: ${text.length} characters`);
}
