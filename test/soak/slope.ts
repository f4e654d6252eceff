/** A number that was measured at a time. */
export interface Point {
  /** Time in milliseconds. */
  readonly time: number;
  readonly value: number;
}

/** Returns how fast a number grows, by linear regression (least squares): the growth in an hour. */
export function slopePerHour(points: readonly Point[]): number {
  const mean = (numbers: readonly number[]) =>
    numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const [time, value] = [mean(points.map((point) => point.time)), mean(points.map((point) => point.value))];
  let [covariance, variance] = [0, 0];
  for (const point of points) {
    covariance += (point.time - time) * (point.value - value);
    variance += (point.time - time) ** 2;
  }
  return (covariance / variance) * 3_600_000;
}
