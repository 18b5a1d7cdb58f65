export {
  type FileSection,
  type FileWriterConfig,
  type FileWriterContext,
  type FsyncPolicy,
  fileSectionSchema,
  resolveFileWriterConfig,
} from './config.ts';
export type { FileFacts, FileSystem, OpenFile } from './file-system.ts';
export { createFileWriter, type FileWriterDeps, type FileWriterService } from './file-writer.ts';
