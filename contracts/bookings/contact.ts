import type { z } from 'zod';
import { type Contact, emptyContact } from '../events/bookings.ts';
import type { contactField } from '../events/catalogue.ts';

export type ContactField = z.infer<typeof contactField>;

/** What a request tells of a contact: absent fields stay as they were, null empties one. */
export type ContactInput = { readonly [K in keyof Contact]?: Contact[K] | undefined };

const FIELDS = Object.keys(emptyContact) as readonly (keyof Contact)[];

/** The contact with what is told of it. The same object when nothing is. */
export const mergeContact = (contact: Contact, input: ContactInput | undefined): Contact => {
  if (input === undefined) return contact;
  const merged: Record<string, unknown> = { ...contact };
  for (const field of FIELDS) if (input[field] !== undefined) merged[field] = input[field];
  return merged as Contact;
};

/** The first required field that is empty. */
export const missingField = (contact: Contact, required: readonly ContactField[]): ContactField | undefined =>
  required.find((field) => {
    const value = contact[field];
    return value === null || value === '' || (Array.isArray(value) && value.length === 0);
  });
