import { z } from 'zod';

/** Lower case words with dashes: `cancellation`, `demand-city-hotel`. */
export const modelName = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'lower case words joined by dashes');

/** Semantic Versioning 2.0.0 without build metadata. */
export const modelVersion = z
  .string()
  .max(64)
  .regex(/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$/, 'a semantic version like 1.4.0');
