import { setTimeout as pause } from 'node:timers/promises';
import { ROLES } from '../../../infra/config/config.ts';
import { allEngines } from '../../../infra/engines/all-engines.ts';
import type { BookingLoad } from '../platform/booking-load.ts';
import { type EngineName, LINKED, type Stage } from './engine-stage.ts';

/** Something that breaks, and how it is made whole again. */
export interface Fault {
  readonly name: string;
  /**
   * Breaks it, leaves it so for a while, and heals it. Resolves when what was broken is there again.
   * @throws Error when it did no harm that it should have done
   */
  strike(stage: Stage, load: Pick<BookingLoad, 'acknowledged'>): Promise<void>;
}

/** Makes a fault of its kind, by chance. */
type Kind = (random: () => number) => Fault;

const HOUR_MS = 3_600_000;
/** Longer than the 6 s after which Kafka gives a consumer's partitions to another. */
const LOST_MS = 8_000;
/** A few pages: full within seconds of load. */
const LEFT_ON_DISK_BYTES = 64 * 1_024;
const FULL_WITHIN_MS = 30_000;
const STUCK_MS = 2_000;
/** Longer than the 10 s for which a command is tried again. */
const REFUSED_MS = 13_000;

const oneOf = <T>(all: readonly T[], random: () => number): T => {
  const one = all[Math.floor(random() * all.length)];
  if (one === undefined) throw new RangeError('nothing to choose from');
  return one;
};
const between = (least: number, most: number, random: () => number): number => least + random() * (most - least);

const killEngine =
  (names: readonly EngineName[] = allEngines.map(({ name }) => name)): Kind =>
  (random) => {
    const [name, awayMs] = [oneOf(names, random), between(0, 2_000, random)];
    return {
      name: `kill -9 of ${name}, away for ${Math.round(awayMs)} ms`,
      strike: async (stage) => {
        await stage.kill(name);
        await pause(awayMs);
        await stage.start(name);
      },
    };
  };

/** With no other left of its role, what a process had under way stays without an answer, some of it half-done. */
const killRole: Kind = (random) => {
  const [role, dice, isWhole] = [oneOf(ROLES, random), random(), random() < 0.4];
  return {
    name: `kill -9 of ${isWhole ? 'every' : 'a'} ${role}`,
    strike: async ({ cluster }) => {
      const pids = (await cluster.status()).flatMap((member) => (member.role === role ? (member.pid ?? []) : []));
      for (const pid of isWhole ? pids : [oneOf(pids, () => dice)]) process.kill(pid, 'SIGKILL');
    },
  };
};

/** Several cuts at moments that nobody chose: some hit a transaction between its first write and its commit. */
const cutLink: Kind = (random) => {
  const name = oneOf(LINKED, random);
  const pauses = Array.from({ length: 5 }, () => between(50, 400, random));
  return {
    name: `link to ${name} cut ${pauses.length} times`,
    strike: async (stage) => {
      for (const ms of pauses) {
        stage.link(name).cut(ms / 2);
        await pause(ms);
      }
      stage.link(name).heal();
    },
  };
};

const stallLink: Kind = (random) => {
  const [name, forMs] = [oneOf(LINKED, random), between(1_000, 4_000, random)];
  return {
    name: `link to ${name} silent for ${Math.round(forMs)} ms`,
    strike: async (stage) => {
      stage.link(name).stall();
      await pause(forMs);
      stage.link(name).heal();
    },
  };
};

const slowLink: Kind = (random) => {
  const [name, delayMs] = [oneOf(LINKED, random), Math.round(between(20, 200, random))];
  return {
    name: `link to ${name} slow by ${delayMs} ms`,
    strike: async (stage) => {
      stage.link(name).slow({ delayMs });
      await pause(3_000);
      stage.link(name).heal();
    },
  };
};

const refusedSearch: Kind = (random) => {
  const share = oneOf([0.5, 0.9, 1], random);
  return {
    name: `429 from elasticsearch to ${share * 100} % of requests`,
    strike: async (stage) => {
      stage.link('elasticsearch').answer429(share);
      await pause(2_500);
      stage.link('elasticsearch').heal();
    },
  };
};

const fullDisk =
  (stuckMs: number): Kind =>
  () => ({
    name: `disk of the event store full, nothing written for ${stuckMs} ms`,
    strike: async (stage, load) => {
      await stage.stop('event-store');
      await stage.start('event-store', { MAX_BYTES: String((await stage.logBytes()) + LEFT_ON_DISK_BYTES) });
      await untilStuck(load, stuckMs);
      await stage.kill('event-store');
      await stage.start('event-store');
    },
  });

/** Resolves when clients were acknowledged something and then nothing more for a while. */
const untilStuck = async (load: Pick<BookingLoad, 'acknowledged'>, stuckMs: number): Promise<void> => {
  const [begun, deadline] = [load.acknowledged, Date.now() + FULL_WITHIN_MS];
  for (let [known, since] = [begun, Date.now()]; known === begun || Date.now() - since < stuckMs; ) {
    if (Date.now() > deadline) throw new Error('the disk never got full');
    await pause(50);
    if (load.acknowledged > known) [known, since] = [load.acknowledged, Date.now()];
  }
};

const lostConsumer: Kind = (random) => {
  const dice = random();
  return {
    name: `projector stopped for ${LOST_MS} ms, longer than its session`,
    strike: async ({ cluster }) => {
      const pids = (await cluster.status()).flatMap(({ role, pid }) => (role === 'projector' ? (pid ?? []) : []));
      const pid = oneOf(pids, () => dice);
      process.kill(pid, 'SIGSTOP');
      await pause(LOST_MS);
      process.kill(pid, 'SIGCONT');
    },
  };
};

const frozenBroker: Kind = (random) => {
  const forMs = between(1_000, 7_000, random);
  return {
    name: `kafka frozen for ${Math.round(forMs)} ms`,
    strike: async (stage) => {
      process.kill(stage.pidOf('kafka'), 'SIGSTOP');
      await pause(forMs);
      process.kill(stage.pidOf('kafka'), 'SIGCONT');
    },
  };
};

const clockJump: Kind = (random) => {
  const [role, aheadMs] = [oneOf(ROLES, random), Math.round(between(-HOUR_MS, HOUR_MS, random))];
  return {
    name: `clock of ${role} jumps by ${Math.round(aheadMs / 1_000)} s, and back`,
    strike: async (stage) => {
      await stage.setClock(role, aheadMs);
      await pause(2_000);
      await stage.setClock(role, 0);
    },
  };
};

/** Each kind of fault once, those that show most in the least time: for every change. */
const SHORT: readonly Kind[] = [
  killEngine(['mongodb', 'kafka', 'redis', 'elasticsearch']),
  killRole,
  cutLink,
  refusedSearch,
  fullDisk(STUCK_MS),
  clockJump,
];

/** Engines and roles die more often than anything else happens to them. */
const ALL: readonly Kind[] = [
  ...SHORT,
  fullDisk(REFUSED_MS),
  killEngine(),
  killEngine(),
  killRole,
  cutLink,
  stallLink,
  slowLink,
  lostConsumer,
  frozenBroker,
];

/** @param count undefined: the short set */
export const plan = (random: () => number, count: number | undefined): readonly Fault[] => {
  if (count === undefined) return shuffled(SHORT, random).map((kind) => kind(random));
  const kinds: Kind[] = [];
  while (kinds.length < count) kinds.push(...shuffled(ALL, random));
  return kinds.slice(0, count).map((kind) => kind(random));
};

const shuffled = <T>(all: readonly T[], random: () => number): readonly T[] =>
  all
    .map((one) => ({ one, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one);
