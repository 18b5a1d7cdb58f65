/**
 * The engine's configuration file. The memory cap is what keeps a heavy statement from taking the machine: beyond it
 * the engine refuses the statement with code 241 and lives on. `fsync_*` make an acknowledged insert survive the loss
 * of power; measured, they cost less than the noise between two runs.
 */
export function engineConfig(memoryBytes: number): string {
  return `<clickhouse>
  <max_server_memory_usage>${Math.floor(memoryBytes)}</max_server_memory_usage>
  <mark_cache_size>67108864</mark_cache_size>
  <background_pool_size>2</background_pool_size>
  <merge_tree>
    <fsync_after_insert>1</fsync_after_insert>
    <fsync_part_directory>1</fsync_part_directory>
  </merge_tree>
</clickhouse>
`;
}
