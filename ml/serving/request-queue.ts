import type { Tensors } from './model-client.ts';
import type { ServedVersion } from './model-stages.ts';
import { canBatch, freeLengths } from './tensor-batch.ts';

export type Priority = 'interactive' | 'backfill';

/** A request that waits or runs. */
export interface Waiting {
  readonly version: ServedVersion;
  readonly inputs: Tensors;
  readonly rows: number;
  readonly priority: Priority;
  /** By performance.now(). */
  readonly since: number;
  /** Not to be put together with others: a batch that it was in failed. */
  alone: boolean;
}

/** Requests that can run together, oldest first. */
export interface Group<W extends Waiting> {
  readonly version: ServedVersion;
  readonly priority: Priority;
  /** Whether more than one of them can go at a time. */
  readonly together: boolean;
  readonly requests: Set<W>;
  rows: number;
}

/** What waits, of both priorities, gathered by what can run together. */
export class RequestQueue<W extends Waiting> {
  readonly #groups: Readonly<Record<Priority, Map<string, Group<W>>>> = { interactive: new Map(), backfill: new Map() };
  readonly #sizes: Readonly<Record<Priority, { requests: number; rows: number }>> = {
    interactive: { requests: 0, rows: 0 },
    backfill: { requests: 0, rows: 0 },
  };

  get length(): number {
    return this.#sizes.interactive.requests + this.#sizes.backfill.requests;
  }

  size(priority: Priority): { readonly requests: number; readonly rows: number } {
    return this.#sizes[priority];
  }

  add(request: W): void {
    const groups = this.#groups[request.priority];
    const key = groupKey(request);
    let group = groups.get(key);
    if (group === undefined) {
      const { version, priority } = request;
      const together = !request.alone && canBatch([...version.manifest.inputs, ...version.manifest.outputs]);
      group = { version, priority, together, requests: new Set(), rows: 0 };
      groups.set(key, group);
    }
    group.requests.add(request);
    this.#count(group, request.rows, 1);
  }

  /** @returns whether it waited */
  remove(request: W): boolean {
    const key = groupKey(request);
    const group = this.#groups[request.priority].get(key);
    if (group === undefined || !group.requests.delete(request)) return false;
    this.#count(group, -request.rows, -1);
    if (group.requests.size === 0) this.#groups[request.priority].delete(key);
    return true;
  }

  /** The groups of a priority, the one whose first request has waited longest before the others. */
  inOrder(priority: Priority): readonly Group<W>[] {
    const groups = [...this.#groups[priority].values()];
    return groups.length < 2 ? groups : groups.sort((a, b) => firstOf(a).since - firstOf(b).since);
  }

  /** Takes the first request of a group and as many of the next as fit into `rows` with it. */
  take(group: Group<W>, rows: number): readonly W[] {
    const taken: W[] = [];
    let sum = 0;
    for (const request of group.requests) {
      if (taken.length > 0 && (!group.together || sum + request.rows > rows)) break;
      taken.push(request);
      sum += request.rows;
      group.requests.delete(request);
    }
    this.#count(group, -sum, -taken.length);
    const [first] = taken;
    if (group.requests.size === 0 && first !== undefined) this.#groups[group.priority].delete(groupKey(first));
    return taken;
  }

  /** All that waits; it waits on. */
  all(): readonly W[] {
    return (['interactive', 'backfill'] as const).flatMap((priority) =>
      [...this.#groups[priority].values()].flatMap(({ requests }) => [...requests]),
    );
  }

  #count(group: Group<W>, rows: number, requests: number): void {
    group.rows += rows;
    this.#sizes[group.priority].requests += requests;
    this.#sizes[group.priority].rows += rows;
  }
}

/** The request that has waited longest. A group without any is dropped at once. */
export const firstOf = <W extends Waiting>(group: Group<W>): W => group.requests.values().next().value as W;

/** Those that failed together wait in a group of their own, which gives them out one by one. */
const groupKey = ({ version: { directory, manifest }, inputs, alone }: Waiting): string => {
  const lengths = freeLengths(manifest.inputs, inputs);
  return lengths === '' && !alone ? directory : `${alone ? 'alone' : ''}\0${directory}\0${lengths}`;
};
