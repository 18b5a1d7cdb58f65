import { MemoryCluster } from '@logweave/event-log/memory';
import { TOPICS, VirtualClock } from '@logweave/model';
import { expect, it } from 'vitest';
import { activateVersion, submitVersion } from './changes.ts';
import type { ParserRegistry } from './parser-registry.ts';
import { changeRegistry, readRegistry } from './registry-store.ts';

const place = { topic: 'logweave.parsers', prebuilt: [] };
const editor = { author: 'ann', nowMs: 0, seenRevision: null };

function world() {
  const clock = new VirtualClock();
  const cluster = new MemoryCluster({ clock, transactionMarkers: true });
  cluster.ensureTopic({ ...TOPICS.parsers, name: place.topic });
  return { clock, cluster, log: cluster.connect() };
}

const submit = (text: string) => (registry: ParserRegistry) =>
  submitVersion(
    registry,
    { logType: 'T', kind: 'custom', form: 'cbn', text, appendRepeated: false, state: 'VALIDATED', validation: null },
    editor,
  );

it('changes are there for whoever reads next, also after the topic was compacted', async () => {
  const { cluster, log } = world();
  await changeRegistry(log, place, 0, submit('one'));
  await changeRegistry(log, place, 0, submit('two'));
  for (const version of [1, 2, 1, 2, 1]) {
    const outcome = await changeRegistry(log, place, 0, (registry) =>
      activateVersion(registry, { logType: 'T', kind: 'custom', version }, editor),
    );
    expect(outcome.kind).toBe('done');
  }
  const before = cluster.records(place.topic).length;
  cluster.maintain();
  expect(cluster.records(place.topic).length).toBeLessThan(before);
  const { registry, problems } = await readRegistry(log, place);
  expect(problems).toEqual([]);
  expect(registry.active('T')?.label).toBe('custom/1');
  expect(registry.revision('T')).toBe(5);
});

it('fault 62: of two who change something at the same time the slower one decides again with what the faster one did', async () => {
  const { cluster, log, clock } = world();
  cluster.faults.plan({ on: 'commit', kind: 'delay', ms: 1_000 });
  const slow = changeRegistry(log, place, 0, submit('slow'));
  await clock.advance(10);
  await changeRegistry(cluster.connect(), place, 0, submit('fast'));
  await clock.advance(5_000);
  expect(await slow).toMatchObject({ kind: 'done', records: [{ version: 2 }] });
  const { registry } = await readRegistry(log, place);
  expect(registry.versions('T', 'custom').map(({ text }) => text)).toEqual(['fast', 'slow']);
});

it('fault 62: of two who have seen the same state one is refused', async () => {
  const { log } = world();
  await changeRegistry(log, place, 0, submit('one'));
  await changeRegistry(log, place, 0, submit('two'));
  const activate = (version: number) =>
    changeRegistry(log, place, 0, (registry) =>
      activateVersion(registry, { logType: 'T', kind: 'custom', version }, { ...editor, seenRevision: 0 }),
    );
  expect((await activate(1)).kind).toBe('done');
  expect(await activate(2)).toMatchObject({ kind: 'refused' });
});

it('a change of unknown outcome is told, and not made again', async () => {
  const { cluster, log } = world();
  cluster.faults.plan({ on: 'commit', kind: 'lose_answer' });
  await expect(changeRegistry(log, place, 0, submit('one'))).rejects.toThrow();
  expect((await readRegistry(log, place)).registry.versions('T', 'custom')).toHaveLength(1);
});
