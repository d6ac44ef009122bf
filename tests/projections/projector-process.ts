import { allProjections } from '../../projections/all-projections.ts';
import { createProjectionRunner } from '../../projections/runner/projection-runner.ts';
import { openPorts, type StageUrls } from './running-views.ts';

/**
 * A projector as a process of its own, to be killed: `projector-process.ts DATA_DIR URLS [VIEW…]`, all views by default.
 * Tells those that it runs as they change.
 */
const [dataDir = '', urls = '{}', ...views] = process.argv.slice(2);
const ports = await openPorts(dataDir, JSON.parse(urls) as StageUrls);
const runner = createProjectionRunner({
  projections: allProjections.filter(({ name }) => views.length === 0 || views.includes(name)),
  ...ports,
});
await runner.start();

let told = '';
setInterval(() => {
  const running = JSON.stringify(runner.running);
  if (running !== told) console.log(running);
  told = running;
}, 20);

process.once('SIGTERM', async () => {
  await runner.stop();
  for (const port of [ports.bus, ports.eventStore, ports.search, ports.documents]) await port.close();
  process.exit(0);
});
