import { bookingAnalytics } from './bookings/booking-analytics.ts';
import { bookings } from './bookings/bookings.ts';
import { productEmbeddings } from './catalogue/product-embeddings.ts';
import { productSearch } from './catalogue/product-search.ts';
import { products } from './catalogue/products.ts';
import { departureFigures } from './departures/departure-figures.ts';
import { departures } from './departures/departures.ts';
import { cancellationFeatures } from './features/cancellation-features.ts';
import { customerPurchases } from './features/customer-purchases.ts';
import { demandFeatures } from './features/demand-features.ts';
import { customerInteractions } from './features/interactions.ts';
import { apiKeys, tenants, users } from './identity/users.ts';
import { models } from './models/models.ts';
import { cancellationOutcomes } from './predictions/cancellation-outcomes.ts';
import { churnOutcomes } from './predictions/churn-outcomes.ts';
import { forecastsMade } from './predictions/forecasts-made.ts';
import { predictionAnalytics } from './predictions/prediction-analytics.ts';
import { predictions } from './predictions/predictions.ts';
import { pricing } from './pricing/pricing.ts';
import type { Projection } from './runner/projection.ts';
import { stayAnalytics } from './stays/stay-analytics.ts';
import { stays } from './stays/stays.ts';

/** A projection as the runner sees it: what it makes of a document is its own affair. */
const untyped = <D extends object>(projection: Projection<D>): Projection => projection as unknown as Projection;

/** Every view there is. */
export const allProjections: readonly Projection[] = [
  untyped(products),
  untyped(productSearch),
  untyped(productEmbeddings),
  untyped(departures),
  untyped(departureFigures),
  untyped(bookings),
  untyped(bookingAnalytics),
  untyped(stays),
  untyped(stayAnalytics),
  untyped(cancellationFeatures),
  untyped(customerPurchases),
  untyped(demandFeatures),
  untyped(customerInteractions),
  untyped(tenants),
  untyped(users),
  untyped(apiKeys),
  untyped(models),
  untyped(predictions),
  untyped(predictionAnalytics),
  untyped(cancellationOutcomes),
  untyped(churnOutcomes),
  untyped(forecastsMade),
  untyped(pricing),
];
