import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Id of the demo company, from DATA_DIR/demo.json: what commands on a terminal mean where no tenant is named. Undefined: there is none. */
export const demoTenant = (dataDir: string): string | undefined => {
  try {
    const { tenant } = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as { tenant?: unknown };
    return typeof tenant === 'string' && tenant !== '' ? tenant : undefined;
  } catch {
    return undefined;
  }
};
