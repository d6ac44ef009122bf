import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** What the vectors of an encoder tell of the language of a text rather than of its meaning. */
export interface LanguageDirections {
  /** Mean of all vectors: what every text has in common. */
  readonly mean: Float32Array;
  /** Orthonormal rows, the strongest first: along them translations of one text differ most. */
  readonly directions: readonly Float32Array[];
}

/**
 * The directions along which translations of the same text differ most: the first eigenvectors of the covariance within translations.
 * Without them texts lie close together by meaning and no longer by language (Yang et al. 2021, "A Simple and Effective Method To
 * Eliminate the Self Language Bias in Multilingual Representations").
 * @param translations vectors by language; those of the same place mean the same
 */
export const languageDirections = (
  translations: readonly (readonly Float32Array[])[],
  count: number,
): LanguageDirections => {
  const texts = translations[0]?.length ?? 0;
  const size = translations[0]?.[0]?.length ?? 0;
  const mean = new Float64Array(size);
  const covariance = Matrix.zeros(size, size);
  const difference = new Float64Array(size);
  for (let text = 0; text < texts; text++) {
    const same = translations.map((vectors) => vectors[text] ?? new Float32Array(size));
    const centre = Float64Array.from({ length: size }, (_, at) =>
      same.reduce((sum, vector) => sum + (vector[at] ?? 0) / same.length, 0),
    );
    for (let at = 0; at < size; at++) mean[at] = (mean[at] ?? 0) + (centre[at] ?? 0) / texts;
    for (const vector of same) {
      for (let at = 0; at < size; at++) difference[at] = (vector[at] ?? 0) - (centre[at] ?? 0);
      for (let row = 0; row < size; row++) {
        const factor = difference[row] ?? 0;
        for (let column = 0; column <= row; column++)
          covariance.set(row, column, covariance.get(row, column) + factor * (difference[column] ?? 0));
      }
    }
  }
  for (let row = 0; row < size; row++)
    for (let column = row + 1; column < size; column++) covariance.set(row, column, covariance.get(column, row));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const strongest = realEigenvalues.map((value, at) => ({ value, at })).sort((a, b) => b.value - a.value);
  return {
    mean: Float32Array.from(mean),
    directions: strongest.slice(0, count).map(({ at }) => Float32Array.from(eigenvectorMatrix.getColumn(at))),
  };
};
