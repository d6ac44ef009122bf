import { conformingClient, succeeded } from '../../e2e/conforming-client.ts';
import { offerTrip, type Trip } from '../../e2e/sailing-trip.ts';

const SMALL = 25;

/** Offers a trip of six departures, two of them so small that they are sold out most of the time. */
export const offerTripWithFewSeats = async (origin: string, token: string): Promise<Trip> => {
  const owner = (await conformingClient(origin)).as(token);
  const trip = await offerTrip(owner, { capacity: 100_000, days: 6 });
  for (const { id } of trip.departures.slice(0, 2)) {
    await succeeded(owner.put(`/v1/departures/${id}/capacity`, { capacity: SMALL }));
  }
  return { ...trip, departures: trip.departures.map((one, at) => (at < 2 ? { ...one, capacity: SMALL } : one)) };
};
