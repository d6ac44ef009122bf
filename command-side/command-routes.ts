import type { Sessions } from '../infra/auth/sessions.ts';
import type { Route } from '../infra/http/route.ts';
import type { BookingService } from './bookings/booking-service.ts';
import { bookingRoutes } from './bookings/routes.ts';
import { catalogueRoutes } from './catalogue/routes.ts';
import { departureRoutes } from './departures/routes.ts';
import type { CommandHandling } from './handling/handle.ts';
import { identityRoutes } from './identity/routes.ts';
import type { ModelIntake } from './models/model-intake.ts';
import { modelRoutes } from './models/routes.ts';
import { type TrainingRequests, trainingRoute } from './models/training-route.ts';
import { pricingRoutes } from './pricing/routes.ts';
import { stayRoutes } from './stays/routes.ts';

export interface CommandRouteDeps {
  readonly handling: CommandHandling;
  readonly bookings: BookingService;
  readonly sessions: Sessions;
  /** ISO 8601 UTC instant of now. */
  readonly clock: () => string;
  /** Departures are planned this many days ahead. */
  readonly horizonDays: number;
  /** Undefined: models can't be examined here, and no route takes them in. */
  readonly intake?: ModelIntake | undefined;
  /** Undefined: no route asks for training. */
  readonly training?: TrainingRequests | undefined;
}

/** Every route of the command API under /v1. */
export const commandRoutes = (deps: CommandRouteDeps): readonly Route[] => [
  ...identityRoutes(deps),
  ...catalogueRoutes(deps),
  ...departureRoutes(deps),
  ...bookingRoutes(deps),
  ...stayRoutes(deps),
  ...(deps.training === undefined ? [] : [trainingRoute(deps.training)]),
  ...(deps.intake === undefined ? [] : modelRoutes({ handling: deps.handling, intake: deps.intake })),
  ...pricingRoutes(deps),
];
