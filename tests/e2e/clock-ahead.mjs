// Preloaded into a platform (node --import): its clock is CLOCK_AHEAD_MS ahead, so that a test need not wait for time to pass.
import { shiftClock } from '../platform/shift-clock.mjs';

const ahead = Number(process.env.CLOCK_AHEAD_MS);
shiftClock(() => ahead);
