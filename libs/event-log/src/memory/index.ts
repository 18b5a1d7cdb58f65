export { type FaultOptions, type MemoryFault, MemoryFaults, type MemoryOperation } from './faults.ts';
export { MemoryCluster, type MemoryClusterOptions, type MemoryTransaction } from './memory-cluster.ts';
export type { MemoryEventLog } from './memory-log.ts';
export { type FaultyWorld, meetFault, PROCESS_FAULTS, type ProcessFault } from './process-faults.ts';
