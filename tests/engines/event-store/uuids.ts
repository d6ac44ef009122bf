import sharedPb from '@eventstore/db-client/generated/shared_pb.js';

type Uuid = InstanceType<typeof sharedPb.UUID>;

const dashed = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** Lower case, with dashes; in either of the protocol's forms. Empty where there is none. */
export const uuidOf = (uuid: Uuid | undefined): string => {
  const structured = uuid?.getStructured();
  if (structured === undefined) return uuid?.getString().toLowerCase() ?? '';
  const half = (bits: string): string => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');
  return dashed(half(structured.getMostSignificantBits()) + half(structured.getLeastSignificantBits()));
};

/** In the form that the client asked for: text, or two halves of 64 bits, signed. */
export const uuidFrom = (text: string, asText: boolean): Uuid => {
  const uuid = new sharedPb.UUID();
  if (asText) return uuid.setString(text);
  const hex = text.replaceAll('-', '');
  const half = (from: number): string => BigInt.asIntN(64, BigInt(`0x${hex.slice(from, from + 16)}`)).toString();
  const structured = new sharedPb.UUID.Structured();
  structured.setMostSignificantBits(half(0)).setLeastSignificantBits(half(16));
  return uuid.setStructured(structured);
};
