import { LRUCache } from 'lru-cache';
import type { Decider } from '../../contracts/decider.ts';
import type { CommandHandling } from './handle.ts';
import { type ActorDependencies, StreamActor } from './stream-actor.ts';
import type { AnyEvent } from './stream-state.ts';

/** Streams kept folded in memory. One that is not is read again. */
const CACHED_STREAMS = 20_000;

/**
 * Command handling over an event store. Commands of one stream in this process are queued one behind the other;
 * between processes the expected revision decides.
 */
export const createCommandHandling = (deps: ActorDependencies): CommandHandling => {
  /** Actors with work under way: evicting one would let two actors of this process fight over its stream. */
  const busy = new Map<string, unknown>();
  const cached = new LRUCache<string, object>({ max: CACHED_STREAMS });

  const actorOf = <S, C, E extends AnyEvent>(decider: Decider<S, C, E>, key: string): StreamActor<S, C, E> => {
    // A key begins with the decider's context, so what is found under it was made with this decider.
    let actor = (busy.get(key) ?? cached.get(key)) as StreamActor<S, C, E> | undefined;
    if (actor === undefined) {
      actor = new StreamActor(decider, key, deps, () => busy.delete(key));
      cached.set(key, actor);
    }
    return actor;
  };

  return {
    handle: (decider, id, command, meta, answer) => {
      const stream = `${decider.context}-${id}`;
      const actor = actorOf(decider, stream);
      busy.set(stream, actor);
      return actor.handle(command, meta, answer);
    },
    read: (decider, id, pick, fresh = false) => actorOf(decider, `${decider.context}-${id}`).read(pick, fresh),
  };
};
