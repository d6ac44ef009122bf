import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import type { Engine } from '../../infra/engines/engine.ts';

/** Written by `npm run engines -- up`. */
const envFile = fileURLToPath(new URL('../../.engines/env', import.meta.url));

/**
 * The URL of an engine that is up; undefined when it is not, so that a suite leaves it out.
 * @throws Error when it is not up although REQUIRE_ENGINES says that it must be.
 */
export const engineUrl = (variable: Engine['variable']): string | undefined => {
  const url = existsSync(envFile) ? parseEnv(readFileSync(envFile, 'utf8'))[variable] : undefined;
  if (url === undefined && process.env.REQUIRE_ENGINES === 'true')
    throw new Error(`${variable}: the engine is not up, and REQUIRE_ENGINES is true; run \`npm run engines -- up\``);
  return url;
};
