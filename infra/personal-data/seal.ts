import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { EventEnvelope } from '../../contracts/events/envelope.ts';
import { personalParts } from '../../contracts/events/personal-data.ts';
import type { SubjectKeys } from './subject-keys.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The event with its personal data encrypted (AES-256-GCM, NIST SP 800-38D) under a key of its own; the same event when it has none. */
export const seal = (keys: SubjectKeys, event: EventEnvelope): EventEnvelope => {
  const parts = personalParts[event.type];
  const personal = parts?.extract(event.data as never);
  if (parts === undefined || personal === undefined) return event;
  const { id, key } = keys.take();
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(event.id));
  const text = Buffer.concat([cipher.update(JSON.stringify(personal), 'utf8'), cipher.final()]);
  const sealed = Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
  return { ...event, data: parts.blank(event.data as never), personal: `${id}.${sealed}` };
};

/** The event with its personal data readable; with blanks where the key was destroyed. @throws Error when it was tampered with. */
export const unseal = <E extends EventEnvelope>(keys: SubjectKeys, event: E): E => {
  if (event.personal === undefined) return event;
  const { personal, ...plain } = event;
  const parts = personalParts[event.type];
  const key = keys.find(keyIdOf(personal));
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
