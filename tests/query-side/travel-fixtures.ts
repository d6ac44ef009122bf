import { emptyContact } from '../../contracts/events/bookings.ts';
import { option, price, productDetails, productTexts } from '../../contracts/events/catalogue.ts';
import type { AnalyticsCell } from '../../contracts/views/analytics.ts';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { DepartureView } from '../../contracts/views/departure.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import type { StayView } from '../../contracts/views/stay.ts';
import { madeStay, madeTerms } from '../stays/made-stay.ts';

const CREATED = '2026-01-01T00:00:00.000Z';

export const aProduct = (over: Partial<ProductView> = {}): ProductView => ({
  id: 'p1',
  tenant: 'acme',
  details: productDetails.parse({
    internalName: 'Canal walk',
    timeZone: 'Europe/Madrid',
    availabilityType: 'START_TIME',
    currency: 'EUR',
    categories: ['walks'],
    location: { title: 'Old port', city: 'Sevilla', country: 'ES', latitude: 37.4, longitude: -6 },
  }),
  options: [
    option.parse({
      id: 'o1',
      default: true,
      internalName: 'Morning',
      cancellationCutoff: { amount: 1, unit: 'day' },
      durationMinutes: 90,
      restrictions: {},
      units: [
        { id: 'adult', internalName: 'Adult', type: 'ADULT', restrictions: {} },
        { id: 'infant', internalName: 'Infant', type: 'INFANT', restrictions: {} },
      ],
    }),
  ],
  prices: {
    o1: [
      price.parse({ unitId: 'adult', original: 3000, retail: 2500, net: 2000 }),
      price.parse({ unitId: 'infant', original: 0, retail: 0, net: 0 }),
    ],
  },
  texts: {
    es: productTexts.parse({ title: 'Paseo por los canales' }),
    en: productTexts.parse({ title: 'Canal walk' }),
  },
  media: [],
  published: true,
  createdAt: CREATED,
  updatedAt: CREATED,
  ...over,
});

export const aDeparture = (over: Partial<DepartureView> = {}): DepartureView => ({
  id: 'd1',
  tenant: 'acme',
  departureId: over.id ?? 'd1',
  availabilityId: '2026-07-01T09:00:00+02:00',
  productId: 'p1',
  optionId: 'o1',
  scheduleId: 's1',
  availabilityType: 'START_TIME',
  timeZone: 'Europe/Madrid',
  localDate: '2026-07-01',
  localStart: '2026-07-01T09:00:00+02:00',
  localEnd: '2026-07-01T10:30:00+02:00',
  startsAt: '2026-07-01T07:00:00.000Z',
  endsAt: '2026-07-01T08:30:00.000Z',
  cutoffAt: '2026-07-01T06:00:00.000Z',
  openingHours: [],
  capacity: 20,
  closedReason: null,
  confirmed: 4,
  held: 1,
  vacancies: 15,
  adjustment: null,
  repriced: null,
  ...over,
});

export const aBooking = (over: Partial<BookingView> = {}): BookingView => ({
  id: 'b1',
  tenant: 'acme',
  supplierReference: 'K7Q2PX',
  resellerReference: null,
  seller: 'user:sales',
  channel: 'direct',
  testMode: false,
  productId: 'p1',
  optionId: 'o1',
  departure: null,
  unitItems: [],
  pricing: { original: 3000, retail: 2500, net: 2000, currency: 'EUR', includedTaxes: [] },
  seats: 1,
  contact: { ...emptyContact, fullName: 'Ana Lima' },
  notes: null,
  cancellableUntil: null,
  freesale: false,
  status: 'CONFIRMED',
  createdAt: '2026-06-01T10:00:00.000Z',
  updatedAt: '2026-06-01T10:00:00.000Z',
  expiresAt: null,
  confirmedAt: '2026-06-01T10:00:00.000Z',
  redeemedAt: null,
  voucherCode: 'V-1',
  cancellation: null,
  ...over,
});

const { stayId: _, ...stayFacts } = madeStay('stay1', {
  terms: madeTerms({
    hotelId: 'resort-hotel',
    hotelName: 'Resort Hotel',
    arrivalDate: '2016-07-01',
    children: 0,
    adr: 9_500,
  }),
});

export const aStay = (over: Partial<StayView> = {}): StayView => ({
  id: 'stay1',
  tenant: 'acme',
  ...stayFacts,
  status: 'CHECKED_OUT',
  bookedAt: '2016-05-01T00:00:00.000Z',
  updatedAt: '2016-07-04T00:00:00.000Z',
  assignedRoomType: 'A',
  deposit: 'NONE',
  changes: 0,
  endedAt: '2016-07-04T00:00:00.000Z',
  ...over,
});

export const aCell = (over: Partial<AnalyticsCell> = {}): AnalyticsCell => ({
  tenant: 'acme',
  source: 'stays',
  subjectId: 'resort-hotel',
  subjectName: 'Resort Hotel',
  period: '2016-07-01',
  channel: 'Direct',
  country: 'PRT',
  currency: 'EUR',
  bookings: 4,
  arrivals: 2,
  cancellations: 1,
  noShows: 1,
  guests: 5,
  nights: 7,
  revenue: 70_350,
  leadDays: 90,
  ...over,
});
