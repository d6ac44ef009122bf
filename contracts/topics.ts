import { contextOf } from './events/envelope.ts';

/** The topic of a stream's context: `booking-7f…` -> `spirit.booking`. */
export const topicOf = (stream: string): string => `spirit.${contextOf(stream)}`;
