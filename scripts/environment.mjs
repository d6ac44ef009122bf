import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** The variables of a file of KEY=value lines. None where there is no such file. */
export const variablesOf = (file) => (existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {});

/**
 * Adds to the environment what `file` sets. What is there already wins, an empty value too: `JOBS_URL= npm start` stays embedded.
 * An empty value in the file says nothing, so that a copy of .env.example hides no engine that is up.
 * @param {string} file
 */
export const addFromFile = (file) => {
  for (const [name, value] of Object.entries(variablesOf(file))) {
    if (value !== '') process.env[name] ??= value;
  }
};
