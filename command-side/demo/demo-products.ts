import type { z } from 'zod';
import type { option, price, productDetails, productTexts, unit } from '../../contracts/events/catalogue.ts';
import type { scheduleDetails } from '../../contracts/events/departures.ts';
import type { Locale } from '../../contracts/texts.ts';

type ScheduleTemplate = Pick<
  z.input<typeof scheduleDetails>,
  'startTimes' | 'openingHours' | 'capacity' | 'cutoffMinutes'
> & { readonly weekdays: number[] };

export interface DemoProduct {
  readonly slug: string;
  readonly details: z.input<typeof productDetails>;
  readonly option: z.input<typeof option>;
  readonly prices: z.input<typeof price>[];
  readonly texts: Record<Locale, z.input<typeof productTexts>>;
  readonly schedule: ScheduleTemplate;
  /** Local start times of the fifth day from now that the seed sells out. */
  readonly soldOut?: readonly string[];
}

type UnitInput = z.input<typeof unit>;

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

const adult: UnitInput = {
  id: 'adult',
  internalName: 'Adult',
  type: 'ADULT',
  restrictions: { minAge: 13, maxAge: 99 },
};
const child: UnitInput = {
  id: 'child',
  internalName: 'Child',
  type: 'CHILD',
  restrictions: { minAge: 4, maxAge: 12, accompaniedBy: ['adult'] },
};
const infant: UnitInput = {
  id: 'infant',
  internalName: 'Infant',
  type: 'INFANT',
  restrictions: { minAge: 0, maxAge: 3, paxCount: 0, accompaniedBy: ['adult'] },
};

/** A price in whole euros with 6 % Portuguese reduced VAT inside, and 80 % of it net for resellers. */
const euros = (unitId: string | null, amount: number): z.input<typeof price> => {
  const retail = amount * 100;
  const net = Math.round(retail * 0.8);
  const vat = (gross: number) => Math.round((gross * 6) / 106);
  return {
    unitId,
    original: retail,
    retail,
    net,
    includedTaxes: [{ name: 'IVA 6 %', original: vat(retail), retail: vat(retail), net: vat(net) }],
  };
};

const text = (title: string, shortDescription: string, inclusion: string): z.input<typeof productTexts> => ({
  title,
  shortDescription,
  features: [{ type: 'INCLUSION', shortDescription: inclusion }],
});

const lisbon = (title: string, latitude: number, longitude: number) => ({
  title,
  city: 'Lisboa',
  country: 'PT',
  latitude,
  longitude,
});

/** What the demo company sells: invented products at real places. */
export const demoProducts: readonly DemoProduct[] = [
  {
    slug: 'sunset-sailing',
    details: {
      internalName: 'Sunset sailing on the Tagus',
      reference: 'SAIL-SUNSET',
      timeZone: 'Europe/Lisbon',
      availabilityType: 'START_TIME',
      currency: 'EUR',
      categories: ['boat-tours', 'romantic'],
      location: lisbon('Doca de Belém', 38.695, -9.198),
    },
    option: {
      id: 'shared-boat',
      internalName: 'Shared boat',
      cancellationCutoff: { amount: 24, unit: 'hour' },
      durationMinutes: 120,
      requiredContactFields: ['firstName', 'lastName', 'emailAddress'],
      restrictions: { minUnits: 1, maxUnits: 12 },
      units: [adult, child, infant],
    },
    prices: [euros('adult', 49), euros('child', 29), euros('infant', 0)],
    texts: {
      en: text(
        'Sunset sailing on the Tagus',
        'Two hours under sail as the sun sets behind the bridge.',
        'A glass of wine',
      ),
      es: text(
        'Paseo en velero al atardecer por el Tajo',
        'Dos horas a vela mientras el sol se pone tras el puente.',
        'Una copa de vino',
      ),
      pt: text(
        'Passeio de veleiro ao pôr do sol no Tejo',
        'Duas horas à vela enquanto o sol se põe atrás da ponte.',
        'Um copo de vinho',
      ),
      fr: text(
        'Voile au coucher du soleil sur le Tage',
        'Deux heures à la voile tandis que le soleil se couche derrière le pont.',
        'Un verre de vin',
      ),
    },
    schedule: { weekdays: EVERY_DAY, startTimes: ['16:30', '18:45'], capacity: 12, cutoffMinutes: 60 },
    soldOut: ['16:30'],
  },
  {
    slug: 'alfama-walk',
    details: {
      internalName: 'Alfama walking tour',
      reference: 'WALK-ALFAMA',
      timeZone: 'Europe/Lisbon',
      availabilityType: 'START_TIME',
      currency: 'EUR',
      categories: ['walking-tours', 'history', 'guided-tours'],
      location: lisbon('Miradouro de Santa Luzia', 38.7115, -9.1303),
    },
    option: {
      id: 'guided-group',
      internalName: 'Guided group',
      cancellationCutoff: { amount: 2, unit: 'hour' },
      durationMinutes: 150,
      restrictions: { minUnits: 1, maxUnits: 30 },
      units: [
        adult,
        child,
        { id: 'senior', internalName: 'Senior', type: 'SENIOR', restrictions: { minAge: 65, maxAge: 120 } },
      ],
    },
    prices: [euros('adult', 18), euros('child', 9), euros('senior', 15)],
    texts: {
      en: text(
        'Walking tour of Alfama',
        'Lanes, viewpoints and stories of the oldest quarter of Lisbon.',
        'Local guide',
      ),
      es: text(
        'Paseo a pie por la Alfama',
        'Callejones, miradores e historias del barrio más antiguo de Lisboa.',
        'Guía local',
      ),
      pt: text(
        'Passeio a pé por Alfama',
        'Becos, miradouros e histórias do bairro mais antigo de Lisboa.',
        'Guia local',
      ),
      fr: text(
        "Visite à pied de l'Alfama",
        'Ruelles, belvédères et récits du plus vieux quartier de Lisbonne.',
        'Guide local',
      ),
    },
    schedule: { weekdays: EVERY_DAY, startTimes: ['09:30', '11:30', '15:00'], capacity: 90, cutoffMinutes: 15 },
  },
  {
    slug: 'castle-entry',
    details: {
      internalName: 'Castle entry',
      reference: 'CASTLE',
      timeZone: 'Europe/Lisbon',
      availabilityType: 'OPENING_HOURS',
      currency: 'EUR',
      categories: ['history', 'fast-track', 'family-friendly'],
      location: lisbon('Castelo de São Jorge', 38.7139, -9.1334),
    },
    option: {
      id: 'entry',
      internalName: 'Entry, any time of the day',
      cancellationCutoff: { amount: 0, unit: 'hour' },
      durationMinutes: 0,
      restrictions: { minUnits: 1, maxUnits: 50 },
      units: [
        adult,
        child,
        {
          id: 'family',
          internalName: 'Family of four',
          type: 'FAMILY',
          restrictions: { minAge: 0, maxAge: 99, paxCount: 4 },
        },
      ],
    },
    prices: [euros('adult', 15), euros('child', 7), euros('family', 38)],
    texts: {
      en: text(
        'Castle entry without queueing',
        'Walk the walls above the city on the day you choose.',
        'Entry to walls and towers',
      ),
      es: text(
        'Entrada al castillo sin colas',
        'Recorra las murallas sobre la ciudad el día que elija.',
        'Entrada a murallas y torres',
      ),
      pt: text(
        'Entrada no castelo sem filas',
        'Percorra as muralhas sobre a cidade no dia que escolher.',
        'Entrada nas muralhas e torres',
      ),
      fr: text(
        'Entrée au château sans file',
        'Parcourez les remparts au-dessus de la ville le jour de votre choix.',
        'Accès aux remparts et aux tours',
      ),
    },
    schedule: {
      weekdays: EVERY_DAY,
      openingHours: [{ from: '09:00', to: '18:00' }],
      capacity: 500,
      cutoffMinutes: 60,
    },
  },
  {
    slug: 'river-ferry-pass',
    details: {
      internalName: 'River ferry day pass',
      reference: 'FERRY-DAY',
      timeZone: 'Europe/Lisbon',
      availabilityType: 'OPENING_HOURS',
      allowFreesale: true,
      currency: 'EUR',
      categories: ['boat-tours', 'self-guided'],
      location: lisbon('Cais do Sodré', 38.7057, -9.1444),
    },
    option: {
      id: 'day-pass',
      internalName: 'Day pass',
      cancellationCutoff: { amount: 0, unit: 'hour' },
      durationMinutes: 0,
      restrictions: { minUnits: 1, maxUnits: 20 },
      units: [adult, child],
    },
    prices: [euros('adult', 10), euros('child', 5)],
    texts: {
      en: text('River ferry day pass', 'Cross the Tagus as often as you like in one day.', 'All ferry lines'),
      es: text(
        'Pase diario de ferry por el río',
        'Cruce el Tajo tantas veces como quiera en un día.',
        'Todas las líneas de ferry',
      ),
      pt: text(
        'Passe diário de ferry no rio',
        'Atravesse o Tejo as vezes que quiser num dia.',
        'Todas as linhas de ferry',
      ),
      fr: text(
        'Pass journée pour les ferries du fleuve',
        'Traversez le Tage autant de fois que vous voulez en une journée.',
        'Toutes les lignes de ferry',
      ),
    },
    schedule: {
      weekdays: EVERY_DAY,
      openingHours: [
        { from: '07:00', to: '12:30' },
        { from: '14:00', to: '22:00' },
      ],
      capacity: null,
      cutoffMinutes: 0,
    },
  },
  {
    slug: 'fado-dinner',
    details: {
      internalName: 'Fado dinner',
      reference: 'FADO',
      timeZone: 'Europe/Lisbon',
      availabilityType: 'START_TIME',
      currency: 'EUR',
      categories: ['live-music', 'nightlife', 'food'],
      location: lisbon('Bairro Alto', 38.7131, -9.1447),
    },
    option: {
      id: 'dinner',
      internalName: 'Dinner with music',
      cancellationCutoff: { amount: 1, unit: 'day' },
      durationMinutes: 180,
      restrictions: { minUnits: 1, maxUnits: 20 },
      units: [adult],
    },
    prices: [euros('adult', 65)],
    texts: {
      en: text('Dinner with live fado', 'Three courses and three singers in a vaulted cellar.', 'Three-course dinner'),
      es: text('Cena con fado en vivo', 'Tres platos y tres cantantes en una bodega abovedada.', 'Cena de tres platos'),
      pt: text('Jantar com fado ao vivo', 'Três pratos e três fadistas numa cave abobadada.', 'Jantar de três pratos'),
      fr: text(
        'Dîner avec fado en direct',
        'Trois plats et trois chanteurs dans une cave voûtée.',
        'Dîner de trois plats',
      ),
    },
    schedule: { weekdays: [2, 3, 4, 5, 6], startTimes: ['20:00'], capacity: 40, cutoffMinutes: 180 },
  },
  {
    slug: 'sintra-day-trip',
    details: {
      internalName: 'Sintra and the coast',
      reference: 'SINTRA',
      timeZone: 'Europe/Lisbon',
      availabilityType: 'START_TIME',
      currency: 'EUR',
      categories: ['day-trips', 'guided-tours', 'history'],
      location: { title: 'Sintra', city: 'Sintra', country: 'PT', latitude: 38.7979, longitude: -9.3907 },
    },
    option: {
      id: 'minibus',
      internalName: 'Minibus',
      cancellationCutoff: { amount: 48, unit: 'hour' },
      durationMinutes: 540,
      restrictions: { minUnits: 1, maxUnits: 16 },
      units: [adult, child, infant],
    },
    prices: [euros('adult', 79), euros('child', 55), euros('infant', 0)],
    texts: {
      en: text(
        'Day trip to Sintra and the coast',
        'Palaces in the hills, then the westernmost cape of Europe.',
        'Transport and guide',
      ),
      es: text(
        'Excursión de un día a Sintra y la costa',
        'Palacios en la sierra y después el cabo más occidental de Europa.',
        'Transporte y guía',
      ),
      pt: text(
        'Excursão de um dia a Sintra e à costa',
        'Palácios na serra e depois o cabo mais ocidental da Europa.',
        'Transporte e guia',
      ),
      fr: text(
        "Excursion d'une journée à Sintra et sur la côte",
        "Des palais dans les collines, puis le cap le plus à l'ouest de l'Europe.",
        'Transport et guide',
      ),
    },
    schedule: { weekdays: EVERY_DAY, startTimes: ['08:30'], capacity: 16, cutoffMinutes: 720 },
    soldOut: ['08:30'],
  },
  {
    slug: 'private-tuk-tuk',
    details: {
      internalName: 'Private tuk-tuk',
      reference: 'TUKTUK',
      timeZone: 'Europe/Lisbon',
      availabilityType: 'START_TIME',
      currency: 'EUR',
      pricingPer: 'BOOKING',
      categories: ['private-tours', 'small-group-tours'],
      location: lisbon('Praça do Comércio', 38.7076, -9.1365),
    },
    option: {
      id: 'one-vehicle',
      internalName: 'One vehicle, up to six people',
      cancellationCutoff: { amount: 12, unit: 'hour' },
      durationMinutes: 90,
      restrictions: { minUnits: 1, maxUnits: 6 },
      units: [{ id: 'person', internalName: 'Person', type: 'ADULT', restrictions: { minAge: 0, maxAge: 120 } }],
    },
    prices: [euros(null, 90)],
    texts: {
      en: text(
        'Private tuk-tuk tour',
        'An hour and a half through the hills, with a driver who knows them.',
        'Driver and vehicle',
      ),
      es: text(
        'Tour privado en tuk-tuk',
        'Hora y media por las colinas, con un conductor que las conoce.',
        'Conductor y vehículo',
      ),
      pt: text(
        'Tour privado de tuk-tuk',
        'Hora e meia pelas colinas, com um condutor que as conhece.',
        'Condutor e veículo',
      ),
      fr: text(
        'Tour privé en tuk-tuk',
        'Une heure et demie dans les collines, avec un conducteur qui les connaît.',
        'Conducteur et véhicule',
      ),
    },
    schedule: {
      weekdays: EVERY_DAY,
      startTimes: ['10:00', '12:00', '14:00', '16:00'],
      capacity: 24,
      cutoffMinutes: 60,
    },
  },
  {
    slug: 'cave-kayak',
    details: {
      internalName: 'Kayak to the caves',
      reference: 'KAYAK',
      timeZone: 'Europe/Lisbon',
      availabilityType: 'START_TIME',
      currency: 'EUR',
      categories: ['outdoors', 'sports', 'beaches'],
      location: { title: 'Praia de Benagil', city: 'Lagoa', country: 'PT', latitude: 37.0877, longitude: -8.4246 },
    },
    option: {
      id: 'double-kayak',
      internalName: 'Seat in a double kayak',
      cancellationCutoff: { amount: 24, unit: 'hour' },
      durationMinutes: 120,
      restrictions: { minUnits: 1, maxUnits: 20 },
      units: [adult, { ...child, restrictions: { minAge: 8, maxAge: 12, maxQuantity: 4, accompaniedBy: ['adult'] } }],
    },
    prices: [euros('adult', 35), euros('child', 25)],
    texts: {
      en: text(
        'Kayak tour to the sea caves',
        'Paddle along golden cliffs and into the cave with the skylight.',
        'Kayak and life jacket',
      ),
      es: text(
        'Ruta en kayak a las cuevas marinas',
        'Reme junto a acantilados dorados y entre en la cueva de la claraboya.',
        'Kayak y chaleco salvavidas',
      ),
      pt: text(
        'Passeio de caiaque às grutas marinhas',
        'Reme junto às falésias douradas e entre na gruta da claraboia.',
        'Caiaque e colete salva-vidas',
      ),
      fr: text(
        'Sortie en kayak vers les grottes marines',
        'Pagayez le long des falaises dorées et entrez dans la grotte à puits de lumière.',
        'Kayak et gilet de sauvetage',
      ),
    },
    schedule: { weekdays: EVERY_DAY, startTimes: ['09:00', '11:30'], capacity: 20, cutoffMinutes: 120 },
  },
];
