/** Capabilities of the OCTO standard that are served, in the order in which they are named. */
export const CAPABILITIES = ['octo/pricing', 'octo/content'] as const;
export type Capability = (typeof CAPABILITIES)[number];
export type Capabilities = ReadonlySet<Capability>;

/** The served capabilities that an `Octo-Capabilities` header asks for; those not served are left out. */
export const capabilitiesOf = (header: string | undefined): Capabilities => {
  const asked = (header ?? '').split(',').map((part) => part.trim().toLowerCase());
  return new Set(CAPABILITIES.filter((capability) => asked.includes(capability)));
};

/** The value of the `Octo-Capabilities` header of an answer. */
export const capabilitiesHeader = (capabilities: Capabilities): string => [...capabilities].join(', ');
