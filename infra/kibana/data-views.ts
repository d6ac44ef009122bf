/** Indexes that analysts look at, as they are named without the installation's prefix, and what their fields are called. */
export const dataViews = {
  'booking-analytics': {
    title: 'Bookings',
    time: 'numbers.placedAt',
    labels: {
      tenant: 'Company',
      'keywords.product': 'Product',
      'keywords.channel': 'Channel',
      'keywords.country': 'Country of the traveller',
      'keywords.currency': 'Currency',
      'keywords.status': 'Status',
      'keywords.refund': 'Refund',
      'keywords.test': 'Test booking',
      'numbers.guests': 'Guests',
      'numbers.revenue': 'Price, minor units',
      'numbers.leadDays': 'Days from booking to travel',
      'numbers.minutesToConfirm': 'Minutes from hold to confirmation',
      'numbers.placedAt': 'Placed',
      'numbers.confirmedAt': 'Confirmed',
      'numbers.endedAt': 'Cancelled, expired or redeemed',
      'numbers.travelDay': 'Day of travel',
    },
  },
  'stay-analytics': {
    title: 'Hotel stays',
    time: 'numbers.arrivalDay',
    labels: {
      tenant: 'Company',
      'keywords.hotel': 'Hotel',
      'keywords.channel': 'Channel',
      'keywords.country': 'Country of the guest',
      'keywords.currency': 'Currency',
      'keywords.outcome': 'Outcome',
      'keywords.meal': 'Meal',
      'keywords.roomType': 'Room type',
      'keywords.marketSegment': 'Market segment',
      'keywords.customerType': 'Customer type',
      'numbers.guests': 'Guests',
      'numbers.nights': 'Nights',
      'numbers.revenue': 'Price, minor units',
      'numbers.nightPrice': 'Price of a night, minor units',
      'numbers.leadDays': 'Days from booking to arrival',
      'numbers.bookedAt': 'Booked',
      'numbers.arrivalDay': 'Day of arrival',
    },
  },
  'departure-figures': {
    title: 'Departures',
    time: 'numbers.startsAt',
    labels: {
      tenant: 'Company',
      'keywords.product': 'Product',
      'keywords.availabilityType': 'Kind of availability',
      'keywords.state': 'State',
      'numbers.capacity': 'Seats',
      'numbers.confirmed': 'Seats sold',
      'numbers.held': 'Seats held',
      'numbers.vacancies': 'Seats left',
      'numbers.fillPercent': 'Sold, %',
      'numbers.startsAt': 'Start',
      'numbers.cutoffAt': 'Last moment to book',
    },
  },
  'prediction-analytics': {
    title: 'Predictions',
    time: 'numbers.predictedAt',
    labels: {
      tenant: 'Company',
      'keywords.kind': 'Kind',
      'keywords.model': 'Model',
      'keywords.version': 'Version',
      'keywords.fallback': 'Fallback',
      'keywords.subjectKind': 'Kind of subject',
      'keywords.subject': 'Subject',
      'keywords.atRisk': 'At risk',
      'keywords.currency': 'Currency',
      'keywords.mainReason': 'First reason',
      'numbers.probability': 'Chance',
      'numbers.threshold': 'At risk from a chance of',
      'numbers.expected': 'Expected over the horizon',
      'numbers.days': 'Days ahead',
      'numbers.current': 'Price now, minor units',
      'numbers.proposed': 'Proposed price, minor units',
      'numbers.items': 'Products recommended',
      'numbers.predictedAt': 'Predicted',
      'numbers.day': 'Day that it is about or was made from',
    },
  },
  'product-search': {
    title: 'Published products',
    time: null,
    labels: {
      tenant: 'Company',
      'keywords.category': 'Category',
      'keywords.city': 'City',
      'keywords.country': 'Country',
      'keywords.currency': 'Currency',
      'keywords.availabilityType': 'Kind of availability',
      'numbers.priceFrom': 'Lowest price, minor units',
    },
  },
  'search-figures': {
    title: 'Searches',
    time: 'numbers.day',
    labels: {
      tenant: 'Company',
      'keywords.text': 'What was typed',
      'keywords.locale': 'Language',
      'keywords.result': 'Result',
      'numbers.searches': 'Searches',
      'numbers.hits': 'Products found',
      'numbers.slow': 'Searches over 200 ms',
      'numbers.day': 'Day',
    },
  },
} as const satisfies Readonly<Record<string, DataView>>;

interface DataView {
  readonly title: string;
  /** The field that Kibana's time range is about; null: the range does not matter. */
  readonly time: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

export type DataViewName = keyof typeof dataViews;

/** Id of the saved object. */
export const dataViewId = (name: DataViewName): string => `spirit-tours-${name}`;
