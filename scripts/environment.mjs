import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** The variables of a file of KEY=value lines. None where there is no such file. */
export const variablesOf = (file) => (existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {});

/**
 * Adds to the environment what `file` sets. What is there already wins, an empty value too: `JOBS_URL= npm start` stays embedded.
 * An empty value in the file says nothing, so that a copy of .env.example hides no engine that is up.
 * @param {string} file
 * @returns whether something was added
 */
export const addFromFile = (file) => {
  const added = Object.entries(variablesOf(file)).filter(([name, value]) => value !== '' && !(name in process.env));
  Object.assign(process.env, Object.fromEntries(added));
  return added.length > 0;
};
