import { randomUUID } from 'node:crypto';
import { parse, v5 } from 'uuid';

/** Namespace of every deterministic id of this platform (RFC 9562 §5.5 name-based UUIDs). */
const NAMESPACE = parse('5b1d4b0e-6a5e-5d0c-9a55-0a6c1f6f7a11');

/**
 * A name-based UUIDv5 (RFC 9562): the same parts always give the same id. Used wherever a retry must
 * meet what the first try made: events of a command, streams named by an idempotency key, departures.
 */
export const deterministicId = (...parts: readonly (string | number)[]): string =>
  // As bytes it is twice as fast as a string, and takes any text (a lone surrogate would throw).
  v5(Buffer.from(parts.join('\u001f')), NAMESPACE);

/** A random UUIDv4 for what has no natural name. */
export const randomId = (): string => randomUUID();
