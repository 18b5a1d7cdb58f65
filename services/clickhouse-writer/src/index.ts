export { type ClickhouseWriterDeps, createClickhouseWriter } from './clickhouse-writer.ts';
export {
  type ClickhouseSection,
  type ClickhouseWriterConfig,
  type ClickhouseWriterContext,
  chooseWarehouse,
  clickhouseSectionSchema,
  embeddedWarehouseConfig,
  resolveClickhouseWriterConfig,
  type WarehouseChoice,
  type WrittenStream,
} from './config.ts';
