import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Engine } from '../../infra/engines/engine.ts';
import { enginesDir, envFile } from '../../infra/engines/engines-dir.ts';

/**
 * The URL of an engine that is up (`npm run engines -- up`); undefined when it is not, so that a suite leaves it out.
 * @throws Error when it is not up although REQUIRE_ENGINES says that it must be.
 */
export const engineUrl = (variable: Engine['variable']): string | undefined => {
  const file = envFile(enginesDir());
  const url = existsSync(file) ? parseEnv(readFileSync(file, 'utf8'))[variable] : undefined;
  if (url === undefined && process.env.REQUIRE_ENGINES === 'true')
    throw new Error(`${variable}: the engine is not up, and REQUIRE_ENGINES is true; run \`npm run engines -- up\``);
  return url;
};
