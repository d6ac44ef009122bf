import type { GeoPoint } from './search.ts';

/** The mean radius of the earth in meters, as Lucene reckons. */
const RADIUS = 6_371_008.7714;

/** The way over a round earth, in meters (haversine). */
export const distanceBetween = (a: GeoPoint, b: GeoPoint): number => {
  const half = (from: number, to: number): number => Math.sin(radians(to - from) / 2) ** 2;
  const across = half(a.lat, b.lat) + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * half(a.lon, b.lon);
  return 2 * RADIUS * Math.asin(Math.min(1, Math.sqrt(across)));
};

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
