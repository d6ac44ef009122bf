/** The last known value of the same weekday. @param values a day each, at least seven @param horizon days after the last, from 1 */
export const seasonalNaive = (values: Float64Array, horizon: number): number =>
  values[values.length - 7 + ((horizon - 1) % 7)] ?? 0;

/** Mean absolute difference between a day and the same weekday of the week before: what MASE divides by. NaN days count for nothing. */
export const weeklyNaiveError = (values: Float64Array): number => {
  let sum = 0;
  let days = 0;
  for (let day = 7; day < values.length; day++) {
    const difference = Math.abs((values[day] ?? Number.NaN) - (values[day - 7] ?? Number.NaN));
    if (Number.isNaN(difference)) continue;
    sum += difference;
    days++;
  }
  return days === 0 ? 0 : sum / days;
};
