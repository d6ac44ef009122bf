// Preloaded into a process of the platform (node --import): its clock is as many ms ahead as the file of its role says, from one
// moment to the next while it runs, as where somebody sets the clock of a machine.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shiftClock } from '../../platform/shift-clock.mjs';

const LOOK_MS = 100;
const file = join(process.env.CLOCKS_DIR, process.env.ROLES ?? '');
let ahead = 0;

const look = () => {
  try {
    ahead = Number(readFileSync(file, 'utf8'));
  } catch {
    ahead = 0;
  }
};
look();
setInterval(look, LOOK_MS).unref();
shiftClock(() => ahead);
