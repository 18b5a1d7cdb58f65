import type { CorrelationSection } from '@logweave/correlator';

/**
 * Reads the section `correlation` of a configuration, which is checked as a whole.
 * @throws CommandError with everything that is wrong with it.
 */
export async function readCorrelationSection(file: string): Promise<CorrelationSection> {
  // Knows every service; only whoever asks for it waits until all of them are loaded.
  const { loadConfiguration } = await import('../compose/load-configuration.ts');
  return loadConfiguration(file).config.correlation;
}
