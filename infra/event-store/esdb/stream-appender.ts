import type { AppendResult, ExpectedRevision } from '../event-store.ts';
import type { BatchAppender, Decision } from './batch-appender.ts';
import { persistently } from './failures.ts';
import { type KnownStream, type KnownStreams, standing } from './known-streams.ts';
import type { Outgoing } from './stored-event.ts';
import type { StreamReader } from './stream-reader.ts';

/** An append, and until when (`performance.now()`) it may be tried. */
export interface Append {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly ids: readonly string[];
  readonly events: readonly Outgoing[];
  readonly until: number;
}

const fits = (expected: ExpectedRevision, revision: number): boolean => {
  if (expected === 'any') return true;
  if (expected === 'no-stream') return revision === -1;
  if (expected === 'stream-exists') return revision >= 0;
  return expected === revision;
};

/**
 * Decides appends as the port promises, over a server that promises less: each goes out with the exact revision that we
 * believe the stream to have, so that nothing can be written twice; where we are wrong we read what we missed, look
 * whether the events stand there, and decide again. Appends to one stream go one behind the other.
 */
export class StreamAppender {
  readonly #server: BatchAppender;
  readonly #reader: StreamReader;
  readonly #known: KnownStreams;
  readonly #signal: AbortSignal;
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(server: BatchAppender, reader: StreamReader, known: KnownStreams, signal: AbortSignal) {
    this.#server = server;
    this.#reader = reader;
    this.#known = known;
    this.#signal = signal;
  }

  append(append: Append): Promise<AppendResult> {
    const { stream } = append;
    const before = this.#queues.get(stream);
    const result = before === undefined ? this.#decide(append) : before.then(() => this.#decide(append));
    const leave = (): void => {
      if (this.#queues.get(stream) === done) this.#queues.delete(stream);
    };
    const done: Promise<void> = result.then(leave, leave);
    this.#queues.set(stream, done);
    return result;
  }

  async #decide(append: Append): Promise<AppendResult> {
    const { stream, expected, ids, until } = append;
    if (ids.length === 0) return this.#check(append);
    let known = this.#known.get(stream);
    let fresh = false;
    const lookAgain = async (): Promise<void> => {
      known = await this.#catchUp(stream, known, until);
      fresh = true;
    };
    // A stream of which nothing is known, and that shall be new, most likely is.
    if (known === undefined && expected !== 'no-stream' && expected !== -1) await lookAgain();
    for (;;) {
      const revision = known?.revision ?? -1;
      const place = known === undefined ? undefined : standing(known, ids);
      if (typeof place === 'number') {
        const position = await this.#reader.positionOf(stream, place, until);
        return { appended: true, alreadyThere: true, revision: place, position };
      }
      if (place === undefined && fits(expected, revision)) {
        const decision = await this.#send(append, revision);
        if (decision.appended) return this.#appended(append, revision, decision);
        await lookAgain();
      } else if (fresh) {
        return { appended: false, actualRevision: revision };
      } else await lookAgain();
    }
  }

  /** @returns also that of a repeat of this same append, of which the first answer was lost. */
  async #send({ stream, events, until }: Append, revision: number): Promise<Decision> {
    return persistently(`append to ${stream}`, until, this.#signal, async (tries) => {
      const decision = await this.#server.append(stream, revision, events);
      // Of a repeat the server need not know where it stands.
      return decision.appended && tries > 0 ? { ...decision, position: undefined } : decision;
    });
  }

  async #appended(
    { stream, ids, until }: Append,
    before: number,
    decision: Decision & { appended: true },
  ): Promise<AppendResult> {
    const { revision } = decision;
    this.#known.learn(
      stream,
      before + 1,
      ids.map((id, i) => ({ id, revision: before + 1 + i })),
    );
    const position = decision.position ?? (await this.#reader.positionOf(stream, revision, until));
    return { appended: true, alreadyThere: false, revision, position };
  }

  /** An append of nothing. */
  async #check({ stream, expected, until }: Append): Promise<AppendResult> {
    const last = await this.#reader.last(stream, until);
    const revision = last?.revision ?? -1;
    if (!fits(expected, revision)) return { appended: false, actualRevision: revision };
    return { appended: true, alreadyThere: true, revision, position: last?.position ?? 0 };
  }

  /** Reads what came after what is known, or all. */
  async #catchUp(stream: string, known: KnownStream | undefined, until: number): Promise<KnownStream> {
    const stand = known ?? { revision: -1, places: new Map() };
    let from = stand.revision + 1;
    for await (const events of this.#reader.pages(stream, 'forward', from, Number.POSITIVE_INFINITY, until)) {
      this.#known.learn(stream, from, events);
      for (const { id, revision } of events) {
        stand.places.set(id, revision);
        stand.revision = revision;
      }
      from = stand.revision + 1;
    }
    return stand;
  }
}
