/** Returns the local time of the day as `14:03:44`. Returns dashes if the time is not known. */
export function clockTime(time: number | undefined): string {
  if (time === undefined) return '--:--:--';
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
