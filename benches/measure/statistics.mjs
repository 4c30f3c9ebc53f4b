// Figures of many batches, of which some were disturbed.

export const median = (numbers) => quantile(numbers, 0.5);

/** The value that a share of the numbers does not exceed, interpolated. */
export function quantile(numbers, share) {
  const sorted = [...numbers].sort((one, other) => one - other);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  return below + (sorted[Math.ceil(place)] - below) * (place % 1);
}

/** What is told of the batches of one process. */
export const summary = (numbers) => ({
  median: median(numbers),
  p20: quantile(numbers, 0.2),
  min: Math.min(...numbers),
});

/** Several processes as one: the median of each figure, and how far the medians lie apart. */
export function acrossProcesses(summaries) {
  const all = (name) => summaries.map((one) => one[name]);
  return {
    median: median(all('median')),
    p20: median(all('p20')),
    min: Math.min(...all('min')),
    low: Math.min(...all('median')),
    high: Math.max(...all('median')),
    processes: summaries.length,
  };
}
