import type { TestKafka } from '@logweave/event-log-kafka/testing';
import type { Random } from '@logweave/generate';
import { systemClock } from '@logweave/service-kit';
import type { CorrelatorCrew } from './correlator-crew.ts';
import { SESSION_MS } from './kafka-torture-config.ts';

const ACTIONS = ['kill', 'kill', 'freeze', 'broker killed', 'broker restarted', 'add', 'remove'] as const;
export type ChaosAction = (typeof ACTIONS)[number];

const PAUSE_MS = { least: 1_000, most: 6_000 } as const;
const FROZEN_MS = SESSION_MS + 3_000;
const AWAY_MS = 3_000;
const CREW = { least: 2, most: 4 } as const;

/** Does one thing after the other that can go wrong, at random, until the time is over. Answers how often it did which. */
export async function runChaos(
  crew: CorrelatorCrew,
  kafka: TestKafka,
  random: Random,
  checkOthers: () => void,
  untilMs: number,
  say: (text: string) => void,
): Promise<Map<ChaosAction, number>> {
  const counts = new Map<ChaosAction, number>();
  for (;;) {
    await systemClock.sleep(PAUSE_MS.least + random.below(PAUSE_MS.most - PAUSE_MS.least));
    if (systemClock.monotonicMs() >= untilMs) return counts;
    const action = ACTIONS[random.below(ACTIONS.length)] as ChaosAction;
    if ((action === 'add' && crew.size >= CREW.most) || (action === 'remove' && crew.size <= CREW.least)) continue;
    counts.set(action, (counts.get(action) ?? 0) + 1);
    say(`${action} (${crew.size} correlators, ${crew.replays} take-overs with a replay so far)`);
    await act(action, crew, kafka);
    checkOthers();
    const [deserter] = crew.deserters;
    if (deserter !== undefined) throw new Error(`a correlator ended by itself: ${deserter.lastLine}`);
  }
}

async function act(action: ChaosAction, crew: CorrelatorCrew, kafka: TestKafka): Promise<void> {
  const [broker] = kafka.brokers;
  switch (action) {
    case 'kill':
      return crew.replace();
    case 'freeze': {
      const goOn = crew.freeze();
      await systemClock.sleep(FROZEN_MS);
      goOn();
      return;
    }
    case 'broker killed':
    case 'broker restarted':
      await (action === 'broker killed' ? broker?.kill() : broker?.stop());
      await systemClock.sleep(AWAY_MS);
      await broker?.start();
      return;
    case 'add':
      crew.add();
      return;
    case 'remove':
      await crew.dismiss();
      return;
    default:
      action satisfies never;
  }
}
