/** An ISO 8601 duration of days, hours, minutes and seconds in seconds; NaN for another text. */
export function durationSeconds(duration: string): number {
  const [, days, hours, minutes, seconds] =
    /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration) ?? [];
  if ([days, hours, minutes, seconds].every((part) => part === undefined)) return NaN;
  const number = (part: string | undefined) => Number(part ?? 0);
  return ((number(days) * 24 + number(hours)) * 60 + number(minutes)) * 60 + number(seconds);
}
