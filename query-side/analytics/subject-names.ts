import type { ProductView } from '../../contracts/views/product.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import type { AnalyticsRow } from './figures.ts';

/**
 * Rows with the present names of their products. Cells of tours know a product by its id alone, since products are
 * renamed; a product that is not there keeps its id for a name.
 */
export const withProductNames = async (
  { documents, liveViews }: Pick<QueryDeps, 'documents' | 'liveViews'>,
  tenant: string,
  rows: readonly AnalyticsRow[],
): Promise<readonly AnalyticsRow[]> => {
  const ids = [...new Set(rows.map(({ subjectId }) => subjectId).filter((id) => id !== undefined))];
  if (ids.length === 0) return rows;
  const products = await documents.getMany<ProductView>(liveViews.collection('products'), ids);
  return rows.map((row) => {
    const product = products.get(row.subjectId ?? '');
    return product?.tenant === tenant ? { ...row, subjectName: product.details.internalName } : row;
  });
};
