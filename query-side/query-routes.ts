import type { Route } from '../infra/http/route.ts';
import { analyticsRoutes } from './analytics/analytics.ts';
import { bookingHistoryRoute } from './bookings/booking-history.ts';
import { bookingRoutes } from './bookings/bookings.ts';
import { productSearchRoute } from './catalogue/product-search.ts';
import { productSuggestionsRoute } from './catalogue/product-suggestions.ts';
import { productRoutes } from './catalogue/products.ts';
import { calendarRoute } from './departures/calendar.ts';
import { departureRoutes } from './departures/departures.ts';
import { meRoute } from './identity/me.ts';
import { userRoutes } from './identity/users.ts';
import { modelRoutes } from './models/models.ts';
import { predictRoute } from './models/predict.ts';
import { trainingStatusRoute } from './models/training.ts';
import { viewStatusRoute } from './operations/views.ts';
import { demandRoute } from './predictions/demand.ts';
import { modelQualityRoute } from './predictions/model-quality.ts';
import { predictionRoutes } from './predictions/predictions.ts';
import { priceProposalRoutes } from './pricing/price-proposals.ts';
import { priceRuleRoutes } from './pricing/price-rules.ts';
import type { QueryDeps } from './reading/query-deps.ts';
import { recommendationRoute } from './recommendations/recommendations.ts';
import { stayRoutes } from './stays/stays.ts';

/** Every route of the query API under /v1. */
export const queryRoutes = (deps: QueryDeps): Route[] => [
  ...productRoutes(deps),
  productSearchRoute(deps),
  productSuggestionsRoute(deps),
  ...departureRoutes(deps),
  calendarRoute(deps),
  ...bookingRoutes(deps),
  bookingHistoryRoute(deps),
  ...stayRoutes(deps),
  ...priceRuleRoutes(deps),
  ...priceProposalRoutes(deps),
  ...analyticsRoutes(deps),
  ...predictionRoutes(deps),
  demandRoute(deps),
  recommendationRoute(deps),
  modelQualityRoute(deps),
  ...(deps.jobs === undefined ? [] : [trainingStatusRoute(deps.jobs)]),
  ...(deps.modelFiles === undefined ? [] : modelRoutes(deps, deps.modelFiles)),
  ...(deps.models === undefined ? [] : [predictRoute(deps.models)]),
  ...userRoutes(deps),
  meRoute(deps),
  viewStatusRoute(deps),
];
