import { writeFileSync } from 'node:fs';
import { ndjson, savedObjects } from './saved-objects.ts';

// npm run kibana:build: writes what is imported by hand in Kibana, Stack Management, Saved Objects.
writeFileSync(new URL('spirit-tours.ndjson', import.meta.url), ndjson(savedObjects()));
