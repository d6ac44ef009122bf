import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type QueryApi, startQueryApi } from './query-api.ts';
import { aStay } from './travel-fixtures.ts';

let api: QueryApi;
beforeAll(async () => {
  api = await startQueryApi();
  const { terms } = aStay();
  await api.put(
    'stays',
    aStay(),
    aStay({ id: 'stay2', terms: { ...terms, arrivalDate: '2016-08-01' }, country: null, status: 'CANCELLED' }),
    aStay({
      id: 'stay3',
      terms: { ...terms, hotelId: 'city-hotel', arrivalDate: '2016-09-01' },
      channel: 'TA/TO',
      bookedAt: '2016-08-31T22:00:00.000Z',
    }),
    aStay({ id: 'theirs', tenant: 'globex' }),
  );
});
afterAll(() => api.close());

describe('stays', () => {
  it.each([
    ['', ['stay3', 'stay2', 'stay1']],
    ['hotelId=resort-hotel&sort=arrivalDate', ['stay1', 'stay2']],
    ['status=CANCELLED,NO_SHOW', ['stay2']],
    ['channel=TA/TO', ['stay3']],
    ['country=PRT&arrivalTo=2016-08-15', ['stay1']],
    ['bookedFrom=2016-08-31&bookedTo=2016-08-31', ['stay3']],
  ])('listed with "%s"', async (query, ids) => {
    const { body } = await api.get(`/v1/stays?${query}`);
    expect(body.items.map(({ id }) => id)).toEqual(ids);
  });

  it('are one tenant’s own', async () => {
    expect((await api.get('/v1/stays/stay1')).body).toMatchObject({ terms: { nights: 3 } });
    expect((await api.get('/v1/stays/stay1', 'stranger')).status).toBe(404);
    expect((await api.get('/v1/stays', 'reseller')).status).toBe(403);
  });
});
