import { embeddingEvents } from './events/embeddings.ts';
import { contextOf } from './events/envelope.ts';
import { predictionEvents } from './events/predictions.ts';

/** The topic of a stream's context: `booking-7f…` -> `spirit.booking`. */
export const topicOf = (stream: string): string => `spirit.${contextOf(stream)}`;

/**
 * The topic that events of a type are on. A type begins with the context of its stream, `booking.placed.v1` is of `booking-7f…`;
 * predictions alone, which are about many contexts, have streams of their own.
 */
export const topicOfType = (type: string): string =>
  type in predictionEvents || type in embeddingEvents
    ? 'spirit.prediction'
    : `spirit.${type.slice(0, type.indexOf('.'))}`;
