/** Such as `, seen in 1 of 3 looks`, behind an addition; empty where all looks show it. */
export function seenText(seenIn: string | undefined): string {
  return seenIn === undefined ? "" : `, seen in ${seenIn}`;
}
