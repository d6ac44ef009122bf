import type { PriceScope } from '../events/pricing.ts';
import { deterministicId } from '../ids.ts';

export type PriceSubjectKind = 'departure' | 'hotel-night';

/** Id of the stream (behind `price-`) and of the view of a product's or hotel's prices. */
export const pricingIdOf = (tenant: string, scope: PriceScope, scopeId: string): string =>
  deterministicId('pricing', tenant, scope, scopeId);

/** Id of a proposal: what it is for and which run made it, so that it can be found again without an index. */
export const proposalIdOf = (kind: PriceSubjectKind, cause: string, subjectId: string): string =>
  `${kind}~${cause}~${subjectId}`;

/** What a proposal is for; undefined where the text is no id of one. */
export const subjectOfProposal = (
  proposalId: string,
): { readonly kind: PriceSubjectKind; readonly subjectId: string } | undefined => {
  const [, kind, subjectId] = /^(departure|hotel-night)~[^~]+~(.+)$/.exec(proposalId) ?? [];
  return kind === undefined || subjectId === undefined ? undefined : { kind: kind as PriceSubjectKind, subjectId };
};

export interface HotelNight {
  readonly hotelId: string;
  readonly date: string;
  readonly roomType: string;
}

/** `<hotel id>:<date>:<room type>`. */
export const nightIdOf = ({ hotelId, date, roomType }: HotelNight): string => `${hotelId}:${date}:${roomType}`;

/** The night that an id names; undefined where it is none. */
export const nightOf = (id: string): HotelNight | undefined => {
  const [, hotelId, date, roomType] = /^(.+?):(\d{4}-\d{2}-\d{2}):(.+)$/.exec(id) ?? [];
  return hotelId === undefined || date === undefined || roomType === undefined
    ? undefined
    : { hotelId, date, roomType };
};
