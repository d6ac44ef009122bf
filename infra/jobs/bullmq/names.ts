// BullMQ takes no ':' in the name of a queue or the id of a job, no whole number as an id, and keeps its own keys beside the jobs' ones.

const escaped = (text: string): string => text.replaceAll('%', '%25').replaceAll(':', '%3A');

/** A queue's name as BullMQ takes it. */
export const queueName = (queue: string): string => escaped(queue);

/** A job's id as BullMQ takes it. */
export const jobKey = (id: string): string => `_${escaped(id)}`;

/** The id that `jobKey` was given. */
export const jobIdOf = (key: string): string => key.slice(1).replaceAll('%3A', ':').replaceAll('%25', '%');
