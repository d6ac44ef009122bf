import type { Offsets } from 'kafkajs';

interface Commit {
  readonly topic: string;
  readonly partition: number;
  /** The next to read. */
  readonly offset: string;
  /** Position reached, so that who takes over knows what is a repeat. */
  readonly metadata: string;
}

/** Offsets of one group member on their way to Kafka: one request at a time, each with all that has gathered meanwhile. */
export class OffsetCommits {
  readonly #pending = new Map<string, Commit>();
  #underWay: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  note(commit: Commit): void {
    this.#pending.set(`${commit.topic}/${commit.partition}`, commit);
  }

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** Drops what belongs to partitions that another member reads now. */
  keep(isMine: (topic: string, partition: number) => boolean): void {
    for (const [name, { topic, partition }] of this.#pending) if (!isMine(topic, partition)) this.#pending.delete(name);
  }

  /** Resolves when all that was noted before is committed. @throws what `send` throws; it is tried with the next flush again. */
  flush(send: (offsets: Offsets) => Promise<void>): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    const next = (this.#underWay ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        this.#underWay = next;
        this.#next = undefined;
        return this.#send(send);
      });
    this.#next = next;
    return next;
  }

  async #send(send: (offsets: Offsets) => Promise<void>): Promise<void> {
    const commits = [...this.#pending.values()];
    if (commits.length === 0) return;
    const topics = [...new Set(commits.map(({ topic }) => topic))].map((topic) => ({
      topic,
      partitions: commits.filter((commit) => commit.topic === topic),
    }));
    await send({ topics });
    for (const [name, commit] of this.#pending) if (commits.includes(commit)) this.#pending.delete(name);
  }
}
