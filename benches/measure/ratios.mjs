// Ratios of two figures of the same processes.

import { median } from './statistics.mjs';

/** One of the rows, by what it must be. */
export const pick = (rows, wanted) =>
  rows.find((row) => Object.entries(wanted).every(([name, value]) => row[name] === value));

/**
 * How many times `one` is `other`: in each process by itself, and then the median,
 * since a machine is not equally fast at all times. Undefined if one is missing.
 */
export function ratio(one, other, figure = 'median') {
  if (!one || !other) return undefined;
  const both = one.runs.map((run, index) => [run, other.runs[index]]).filter(([, run]) => run);
  return median(both.map(([above, below]) => above[figure] / below[figure]));
}
