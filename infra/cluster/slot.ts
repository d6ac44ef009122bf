import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../engines/start-engine.ts';
import { asked, type Member, startMember, untilReady } from './member.ts';
import type { Upstream, Upstreams } from './upstreams.ts';

export interface SlotOptions {
  readonly name: string;
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where it answers requests. Left out: nobody asks it any. */
  readonly upstreams?: Upstreams | undefined;
  /** How long a process may take to end. */
  readonly graceMs: number;
  readonly tell: (line: string) => void;
}

/** The first one seeds the demo company, which takes minutes on a busy machine. */
const READY_MS = 300_000;
const START_TRIES = 3;
const WATCH_MS = 1_000;
/** Answers that a process may owe in a row: with more it counts as not ready, */
const LATE = 3;
/** and with so many it hangs. */
const UNANSWERED = 10;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
/** A process that lived so long has shown that it can: the next death is a new one. */
const STEADY_MS = 30_000;

/** One place of a role in the cluster. It always has a process, or one on its way: a dead one is followed by the next. */
export class Slot {
  readonly #options: SlotOptions;
  #member: Member | undefined;
  /** On its way to be ready. */
  #coming: Member | undefined;
  #upstream: Upstream | undefined;
  #generation = 0;
  #restarts = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #isReady = false;
  #isReplacing = false;
  #isClosing = false;
  #closing = new AbortController();
  #starting: Promise<void> = Promise.resolve();
  #background: Promise<void> = Promise.resolve();

  constructor(options: SlotOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }
  get isReady(): boolean {
    return this.#isReady;
  }
  get member(): Member | undefined {
    return this.#member;
  }
  /** Deaths that it was brought back from. */
  get restarts(): number {
    return this.#restarts;
  }
  /** Requests under way. */
  get underWay(): number {
    return this.#upstream?.underWay ?? 0;
  }

  /** Resolves when its first process is ready, at the third try at the latest. @throws Error when that can't be. */
  start(): Promise<void> {
    this.#starting = this.#start();
    return this.#starting;
  }

  async #start(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        this.#enter(await this.#bringUp());
        return;
      } catch (error) {
        // Fresh engines may not be at rest yet: a topic that was made a moment ago has no leader.
        if (tries === START_TRIES || this.#isClosing) throw error;
        this.#options.tell(`${String(error)}\n${this.name} is tried again`);
      }
    }
  }

  /** Puts a new process in the place of the present one, which ends when its requests are answered. @throws Error; the old one stays. */
  async replace(): Promise<void> {
    this.#isReplacing = true;
    try {
      const next = await this.#bringUp();
      const [before, upstream] = [this.#member, this.#upstream];
      this.#enter(next);
      if (upstream !== undefined) await this.#options.upstreams?.drain(upstream);
      await before?.stop(this.#options.graceMs);
    } finally {
      this.#isReplacing = false;
    }
    // The new one may have died before it was watched for.
    if (this.#member?.hasEnded()) this.#revive(this.#member);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#closing.abort();
    this.#coming?.kill();
    await this.#background;
    await this.#starting.catch(() => undefined);
    const upstream = this.#upstream;
    if (upstream !== undefined) await this.#options.upstreams?.drain(upstream);
    await this.#member?.stop(this.#options.graceMs);
    this.#isReady = false;
  }

  async #bringUp(): Promise<Member> {
    const { name, dir, env } = this.#options;
    if (this.#isClosing) throw new Error(`${name} is closing`);
    // Two generations at most are there at once, each with a folder of its own.
    const home = join(dir, `${name}${this.#generation++ % 2 === 0 ? 'a' : 'b'}`);
    const member = await startMember({ name, dir: home, port: await freePort(), env });
    this.#coming = member;
    if (this.#isClosing) member.kill();
    await untilReady(member, home, READY_MS).finally(() => {
      this.#coming = undefined;
    });
    return member;
  }

  #enter(member: Member): void {
    this.#member = member;
    this.#upstream = this.#options.upstreams?.add(member.name, member.origin);
    this.#isReady = true;
    const begun = Date.now();
    void this.#watch(member, this.#upstream);
    void member.ended.then(() => {
      if (this.#isClosing || this.#member !== member) return;
      this.#isReady = false;
      this.#options.tell(`${member.name} (pid ${member.pid}) ended unasked`);
      if (this.#upstream !== undefined) void this.#options.upstreams?.drain(this.#upstream);
      this.#upstream = undefined;
      if (Date.now() - begun > STEADY_MS) this.#pauseMs = FIRST_PAUSE_MS;
      if (!this.#isReplacing) this.#revive(member);
    });
  }

  /** Starts the next process, at growing intervals while that fails or does not last. */
  #revive(dead: Member): void {
    this.#background = (async () => {
      while (!this.#isClosing && this.#member === dead) {
        await pause(this.#pauseMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
        if (this.#isClosing) return;
        this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
        try {
          this.#enter(await this.#bringUp());
          this.#restarts++;
          this.#options.tell(`${this.name} is back (pid ${this.#member?.pid})`);
        } catch (error) {
          if (!this.#isClosing) this.#options.tell(String(error));
        }
      }
    })();
  }

  /** Keeps readiness up to date, and ends a process that hangs, so that another follows. */
  async #watch(member: Member, upstream: Upstream | undefined): Promise<void> {
    for (let unanswered = 0; !member.hasEnded() && this.#member === member && !this.#isClosing; ) {
      await pause(WATCH_MS, undefined, { ref: false });
      // Readiness asks the stores, which is worth it where requests depend on it.
      const answer = await asked(member, upstream === undefined ? '/health/live' : '/health/ready');
      unanswered = answer === undefined ? unanswered + 1 : 0;
      // A busy process may be late with an answer.
      const isReady = answer?.ok ?? unanswered < LATE;
      if (upstream !== undefined) upstream.isReady = isReady;
      if (this.#member === member) this.#isReady = isReady;
      if (unanswered < UNANSWERED) continue;
      this.#options.tell(`${member.name} (pid ${member.pid}) does not answer and is ended`);
      member.kill();
    }
  }
}
