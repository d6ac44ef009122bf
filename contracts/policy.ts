import { z } from 'zod';

/** What a credential stands for. `traveller` is for the public: it sees published products and nothing internal. */
export const ROLES = [
  'owner',
  'manager',
  'sales',
  'guide',
  'hotel-manager',
  'analyst',
  'data-scientist',
  'reseller',
  'traveller',
] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** Everything that can be done or seen, `<context>:<verb>`. */
export const ACTIONS = [
  'catalogue:read',
  'catalogue:write',
  'departures:read',
  'departures:write',
  'bookings:read',
  'bookings:write',
  'bookings:redeem',
  'bookings:forget',
  'stays:read',
  'stays:write',
  'analytics:read',
  'models:read',
  'models:write',
  'predictions:read',
  'pricing:write',
  'identity:read',
  'identity:write',
  'operations:read',
  'prices:read-net',
] as const;
export type Action = (typeof ACTIONS)[number];

const everything: readonly Action[] = ACTIONS;

/** The one table of who may do what. Commands, queries, search, realtime and the assistant all ask it. */
export const permissions: Readonly<Record<Role, readonly Action[]>> = {
  owner: everything,
  manager: everything.filter((action) => action !== 'identity:write'),
  sales: ['catalogue:read', 'departures:read', 'bookings:read', 'bookings:write', 'stays:read', 'predictions:read'],
  guide: ['catalogue:read', 'departures:read', 'bookings:read', 'bookings:redeem'],
  'hotel-manager': ['stays:read', 'stays:write', 'analytics:read', 'predictions:read', 'pricing:write'],
  analyst: ['catalogue:read', 'departures:read', 'stays:read', 'analytics:read', 'models:read', 'predictions:read'],
  'data-scientist': [
    'catalogue:read',
    'departures:read',
    'stays:read',
    'analytics:read',
    'models:read',
    'models:write',
    'predictions:read',
  ],
  reseller: ['catalogue:read', 'departures:read', 'bookings:read', 'bookings:write', 'prices:read-net'],
  traveller: ['catalogue:read', 'departures:read'],
};

/** Who asks. The tenant comes from the credential alone. */
export interface Principal {
  readonly tenant: string;
  /** `user:<id>` or `api-key:<id>`: goes into events as the actor. */
  readonly actor: string;
  readonly roles: readonly Role[];
  /** How its sales are told apart in analytics: `direct`, `octo`, a reseller's name. */
  readonly channel: string;
}

export const may = (principal: Principal, action: Action): boolean =>
  principal.roles.some((held) => permissions[held].includes(action));

/**
 * Whether a principal sees this seller's bookings: a reseller sees only what it sold itself, staff see the tenant's.
 */
export const seesBookingOf = (principal: Principal, seller: string): boolean =>
  may(principal, 'bookings:read') &&
  (seller === principal.actor ||
    principal.roles.some((held) => held !== 'reseller' && permissions[held].includes('bookings:read')));

/** Whether a principal works for the tenant. Others, a reseller or a traveller, see nothing that is not offered to them: no drafts, no sales figures. */
export const isStaff = (principal: Principal): boolean =>
  principal.roles.some((held) => held !== 'reseller' && held !== 'traveller');

/** The same object with net prices blanked where the principal may not see them. Fields named `net` are net prices everywhere. */
export const hideNet = <T>(principal: Principal, value: T): T =>
  may(principal, 'prices:read-net') ? value : (blankNet(value) as T);

const blankNet = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(blankNet);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, key === 'net' ? null : blankNet(inner)]));
};
