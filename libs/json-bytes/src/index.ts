export * from './field-table.ts';
export * from './known-names.ts';
export * from './names.ts';
export * from './scan-object.ts';
export * from './shape-scanner.ts';
