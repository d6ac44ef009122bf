import { type Contact, emptyContact } from './bookings.ts';

/** How the personal parts of an event type's data are taken out and put back. */
interface PersonalParts {
  /** The parts, or undefined when all of them are blank. */
  readonly extract: (data: never) => unknown;
  /** The data with blanks where the parts were. Still valid by the event's schema. */
  readonly blank: (data: never) => unknown;
  /** The blanked data with the parts back in their places. */
  readonly restore: (data: never, parts: never) => unknown;
}

interface WithContacts {
  readonly contact: Contact;
  readonly notes?: string | null;
  readonly unitItems: readonly { readonly contact: Contact }[];
}

interface ContactParts {
  readonly contact: Contact;
  readonly notes: string | null | undefined;
  readonly units: readonly Contact[];
}

const isBlank = (contact: Contact): boolean =>
  contact === emptyContact ||
  (contact.fullName === null &&
    contact.firstName === null &&
    contact.lastName === null &&
    contact.emailAddress === null &&
    contact.phoneNumber === null &&
    contact.postalCode === null &&
    contact.notes === null);

/** A booking's contact, its notes, and the contact of each traveller. */
const contacts: PersonalParts = {
  extract: ({ contact, notes, unitItems }: WithContacts): ContactParts | undefined =>
    isBlank(contact) && (notes ?? null) === null && unitItems.every((item) => isBlank(item.contact))
      ? undefined
      : { contact, notes, units: unitItems.map((item) => item.contact) },
  blank: (data: WithContacts) => withContacts(data, { contact: emptyContact, notes: null, units: [] }),
  restore: withContacts,
};

function withContacts(data: WithContacts, { contact, notes, units }: ContactParts): WithContacts {
  return {
    ...data,
    contact,
    ...(data.notes === undefined ? {} : { notes: notes ?? null }),
    unitItems: data.unitItems.map((item, index) => ({ ...item, contact: units[index] ?? emptyContact })),
  };
}

interface WithName {
  readonly email: string;
  readonly name: string;
}

const account: PersonalParts = {
  extract: ({ email, name }: WithName) => ({ email, name }),
  blank: (data: WithName) => ({ ...data, email: '', name: '' }),
  restore: (data: WithName, parts: WithName) => ({ ...data, ...parts }),
};

/** Event types that carry personal data. A type that is missing here is stored in plain text. */
export const personalParts: Readonly<Record<string, PersonalParts>> = {
  'booking.placed.v1': contacts,
  'booking.updated.v1': contacts,
  'booking.confirmed.v1': contacts,
  'user.registered.v1': account,
};
