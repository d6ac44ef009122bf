import type { z } from 'zod';

/** Event types of a context with the schema of their data. A schema never changes in place: add a version and an upcaster. */
export type EventSchemas = Readonly<Record<string, z.ZodType>>;

/** The union of a context's events, `{ type, data }` each, from its schemas. */
export type EventOf<S extends EventSchemas> = {
  [T in keyof S & string]: { readonly type: T; readonly data: z.infer<S[T]> };
}[keyof S & string];

/** An event with the time at which it happened and whose it is, as `evolve` gets it from the envelope. */
export type Occurred<E> = E & { readonly time: string; readonly tenant: string };
