/** The body of the booking workload, as the bare server and the peer validate it. */
export const bookingBody = (z) =>
  z.object({
    productId: z.string(),
    optionId: z.string(),
    availabilityId: z.string(),
    units: z.array(z.object({ id: z.string(), quantity: z.number().int().min(1) })).min(1),
    resellerReference: z.string().nullable().optional(),
    notes: z.string().nullable().optional(),
  });

export const readJson = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
};
