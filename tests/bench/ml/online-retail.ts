import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import type { CustomerInteraction } from '../../../ml/recommendation/interaction-matrix.ts';

/**
 * Purchases of known customers in UCI Online Retail: an interaction for each product of an invoice. Returns and cancelled invoices
 * are left out, and what is no product (postage, fees, samples: codes that do not begin with five digits).
 */
export const onlineRetailInteractions = async (file: string): Promise<readonly CustomerInteraction[]> => {
  const interactions: CustomerInteraction[] = [];
  const seen = new Set<string>();
  const lines = createReadStream(file)
    .pipe(createGunzip())
    .pipe(parse({ columns: true }));
  for await (const line of lines as AsyncIterable<Readonly<Record<string, string>>>) {
    const { InvoiceNo: invoice = '', StockCode: productId = '', CustomerID: customerId = '' } = line;
    if (customerId === '' || Number(line.Quantity) <= 0 || invoice.startsWith('C') || !/^\d{5}/.test(productId))
      continue;
    const key = `${invoice} ${productId}`;
    if (seen.has(key)) continue;
    seen.add(key);
    interactions.push({ customerId, productId, kind: 'confirmed', at: `${line.InvoiceDate}.000Z` });
  }
  return interactions;
};
