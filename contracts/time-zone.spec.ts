import { expect, it } from 'vitest';
import { isTimeZone } from './time-zone.ts';

it.each(['Europe/Madrid', 'UTC', 'America/Argentina/Buenos_Aires', 'Asia/Kolkata'])('takes %s', (name) =>
  expect(isTimeZone(name)).toBe(true),
);
it.each(['Europe/Atlantis', '+01:00', '', ' Europe/Madrid', 'Europe', 'local'])('refuses "%s"', (name) =>
  expect(isTimeZone(name)).toBe(false),
);
