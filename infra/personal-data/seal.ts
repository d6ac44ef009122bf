import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { EventEnvelope } from '../../contracts/events/envelope.ts';
import { personalParts } from '../../contracts/events/personal-data.ts';
import type { SubjectKey, SubjectKeys } from './subject-keys.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * The events with their personal data encrypted (AES-256-GCM, NIST SP 800-38D), each under a key of its own; the same array,
 * at once, when none has any.
 */
export const sealAll = <E extends EventEnvelope>(
  keys: SubjectKeys,
  events: readonly E[],
): readonly E[] | Promise<readonly E[]> => {
  const personal = events.map((event) => personalParts[event.type]?.extract(event.data as never));
  const count = personal.reduce<number>((sum, parts) => (parts === undefined ? sum : sum + 1), 0);
  if (count === 0) return events;
  return keys.take(count).then((taken) => {
    let next = 0;
    return events.map((event, at) => {
      if (personal[at] === undefined) return event;
      const key = taken[next];
      next += 1;
      if (key === undefined) throw new Error('the key vault gave too few keys');
      return seal(key, event, personal[at]);
    });
  });
};

const seal = <E extends EventEnvelope>({ id, key }: SubjectKey, event: E, personal: unknown): E => {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(event.id));
  const text = Buffer.concat([cipher.update(JSON.stringify(personal), 'utf8'), cipher.final()]);
  const sealed = Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
  return { ...event, data: personalParts[event.type]?.blank(event.data as never), personal: `${id}.${sealed}` };
};

/**
 * The events with their personal data readable, with blanks where the key was destroyed; the same array, at once, when
 * nothing in it is sealed. All keys are looked for in one go.
 * @throws Error when an event was tampered with.
 */
export const unsealAll = <E extends EventEnvelope>(
  keys: SubjectKeys,
  events: readonly E[],
): readonly E[] | Promise<readonly E[]> => {
  const ids = events.flatMap(({ personal }) => (personal === undefined ? [] : [keyIdOf(personal)]));
  if (ids.length === 0) return events;
  return keys.findMany(ids).then((found) => events.map((event) => unseal(found, event)));
};

const unseal = <E extends EventEnvelope>(found: ReadonlyMap<string, Buffer>, event: E): E => {
  if (event.personal === undefined) return event;
  const { personal, ...plain } = event;
  const parts = personalParts[event.type];
  const key = found.get(keyIdOf(personal));
  if (parts === undefined || key === undefined) return plain as E;
  const sealed = Buffer.from(personal.slice(personal.indexOf('.') + 1), 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES))
    .setAAD(Buffer.from(event.id))
    .setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const text = Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  return { ...plain, data: parts.restore(event.data as never, JSON.parse(text.toString('utf8')) as never) } as E;
};

/** The id of the key that a sealed part was encrypted with. */
export const keyIdOf = (personal: string): string => personal.slice(0, personal.indexOf('.'));
