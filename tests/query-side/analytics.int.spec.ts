import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type QueryApi, startQueryApi } from './query-api.ts';
import { aCell, aProduct } from './travel-fixtures.ts';

let api: QueryApi;
beforeAll(async () => {
  api = await startQueryApi();
  const daily = [
    aCell(),
    aCell({ period: '2016-07-02', channel: 'TA/TO', country: 'GBR', bookings: 1, cancellations: 0, noShows: 0 }),
    aCell({ period: '2016-07-31', subjectId: 'city-hotel', subjectName: '=HYPERLINK("x"), "City"', revenue: -1 }),
    aCell({ period: '2016-08-01', currency: 'JPY', revenue: 5_000, nights: 0 }),
    aCell({ period: '2016-07-01', tenant: 'globex', bookings: 1_000 }),
  ];
  await api.put('stay-analytics/daily', ...daily);
  await api.put('stay-analytics/monthly', ...daily.map((cell) => ({ ...cell, period: cell.period.slice(0, 7) })));
  await api.put('booking-analytics/daily', aCell({ source: 'bookings', subjectId: 'p1' }));
});
afterAll(() => api.close());

describe('analytics', () => {
  it('adds up by month unless told otherwise, a currency apart from the others', async () => {
    const { body } = await api.get('/v1/analytics?source=stays');
    expect(body).toMatchObject({ source: 'stays', from: null, to: null, by: ['month'] });
    expect(body.rows).toEqual([
      {
        month: '2016-07',
        currency: 'EUR',
        bookings: 9,
        arrivals: 6,
        cancellations: 2,
        noShows: 2,
        guests: 15,
        nights: 21,
        revenue: 140_699,
        adr: 6_700,
        cancellationRate: 0.222222,
        noShowRate: 0.222222,
        averageLeadDays: 30,
      },
      expect.objectContaining({ month: '2016-08', currency: 'JPY', revenue: 5_000, nights: 0, adr: null }),
    ]);
    expect(body.totals.map(({ currency, bookings }) => [currency, bookings])).toEqual([
      ['EUR', 9],
      ['JPY', 4],
    ]);
  });

  it('tells the same from days and from months', async () => {
    const whole = await api.get('/v1/analytics?source=stays&from=2016-07&to=2016-07&by=month,channel');
    const inDays = await api.get('/v1/analytics?source=stays&from=2016-07-01&to=2016-08-30&by=month,channel');
    expect(whole.body.rows).toEqual(inDays.body.rows.filter(({ month }) => month === '2016-07'));
    expect(whole.body).toMatchObject({ from: '2016-07-01', to: '2016-07-31' });
  });

  it('takes the dimensions and filters that are asked for', async () => {
    const { body } = await api.get(
      '/v1/analytics?source=stays&by=day,subject&channel=Direct&country=PRT&to=2016-07-31',
    );
    expect(body.rows.map(({ day, subjectId }) => [day, subjectId])).toEqual([
      ['2016-07-01', 'resort-hotel'],
      ['2016-07-31', 'city-hotel'],
    ]);
    const one = await api.get(
      '/v1/analytics?source=stays&by=country&subject=resort-hotel&from=2016-07-02&to=2016-07-02',
    );
    expect(one.body.rows).toMatchObject([{ country: 'GBR', bookings: 1, cancellationRate: 0 }]);
    expect((await api.get('/v1/analytics?source=bookings&by=day')).body.rows).toHaveLength(1);
    expect((await api.get('/v1/analytics?source=bookings&from=2020-01')).body).toMatchObject({ rows: [], totals: [] });
  });

  it('calls tours by the present name of their product', async () => {
    await api.put('products', aProduct(), aProduct({ id: 'p2', tenant: 'globex' }));
    await api.put('booking-analytics/monthly', aCell({ source: 'bookings', subjectId: 'p1', subjectName: 'p1' }));
    await api.put('booking-analytics/monthly', aCell({ source: 'bookings', subjectId: 'p2', subjectName: 'p2' }));
    const { body } = await api.get('/v1/analytics?source=bookings&by=subject');
    expect(body.rows.map(({ subjectName }) => subjectName)).toEqual(['Canal walk', 'p2']);
    expect((await api.get('/v1/analytics.csv?source=bookings&by=subject')).text).toContain('p1,Canal walk,EUR');
  });

  it('sees new cells as soon as the view has moved', async () => {
    const before = await api.get('/v1/analytics?source=stays&by=channel&from=2019-01');
    await api.put('stay-analytics/monthly', aCell({ period: '2019-01' }));
    api.liveViews.advance('stay-analytics', 50);
    const after = await api.get('/v1/analytics?source=stays&by=channel&from=2019-01');
    expect([before.body.rows.length, after.body.rows.length]).toEqual([0, 1]);
  });

  it.each([
    ['', 'source'],
    ['source=all', 'source'],
    ['source=stays&by=weather', 'by'],
    ['source=stays&from=2016-13', 'from'],
    ['source=stays&from=2016-08&to=2016-07', 'to'],
    ['source=stays&hotel=1', 'hotel'],
  ])('refuses "%s" by name', async (query, field) => {
    const { status, body } = await api.get(`/v1/analytics?${query}`);
    expect({ status, field: body.field?.split('.')[0] }).toEqual({ status: 400, field });
  });

  it('is for those who may', async () => {
    expect((await api.get('/v1/analytics?source=stays', 'sales')).status).toBe(403);
    expect((await api.get('/v1/analytics?source=stays', 'stranger')).body.totals).toMatchObject([{ bookings: 1_000 }]);
  });

  it('is answered with 304 to who has it already', async () => {
    const { headers } = await api.get('/v1/analytics?source=stays');
    const again = await api.get('/v1/analytics?source=stays', 'analyst', {
      'if-none-match': headers.get('etag') ?? '',
    });
    expect(again.status).toBe(304);
  });
});

describe('analytics as CSV', () => {
  const query = 'source=stays&by=subject&to=2016-08-02';

  it.each([
    [`/v1/analytics.csv?${query}`, {}],
    [`/v1/analytics?${query}&format=csv`, {}],
    [`/v1/analytics?${query}`, { accept: 'text/csv, application/json;q=0.5' }],
  ])('%s %o', async (path, headers) => {
    const answer = await api.get(path, 'owner', headers);
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv; charset=utf-8/);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="analytics_stays_2016-08-02.csv"');
    expect(answer.text.split('\r\n').slice(0, 2)).toEqual([
      'subjectId,subjectName,currency,bookings,arrivals,cancellations,noShows,guests,nights,revenue,adr,cancellationRate,noShowRate,averageLeadDays',
      `city-hotel,"'=HYPERLINK(""x""), ""City""",EUR,4,2,1,1,5,7,-0.01,0.00,0.25,0.25,22.5`,
    ]);
  });

  it('has the rows of the JSON, with amounts as decimals of their currency', async () => {
    const { body } = await api.get(`/v1/analytics?${query}`);
    const records = parse(`${(await api.get(`/v1/analytics.csv?${query}`)).text}`, { columns: true }) as Record<
      string,
      string
    >[];
    expect(records.map(({ subjectId, currency, nights }) => [subjectId, currency, Number(nights)])).toEqual(
      body.rows.map((row) => [row.subjectId, row.currency, row.nights]),
    );
    expect(records.map(({ revenue, adr }) => [revenue, adr])).toEqual([
      ['-0.01', '0.00'],
      ['1407.00', '100.50'],
      ['5000', ''],
    ]);
  });

  it('is JSON where JSON is wanted more', async () => {
    const answer = await api.get('/v1/analytics?source=stays', 'owner', { accept: 'text/csv;q=0.1, application/json' });
    expect(answer.headers.get('content-type')).toMatch(/json/);
  });
});
