/**
 * Compares two versions of this program such as 0.1.0.
 * @returns a negative number where the first is older, 0 where they are equal; undefined where one
 * is no such version.
 */
export function compareVersions(a: string, b: string): number | undefined {
  const [first, second] = [a, b].map((text) => /^(\d+)\.(\d+)\.(\d+)$/.exec(text)?.slice(1).map(Number));
  if (first === undefined || second === undefined) return undefined;
  const differences = first.map((part, index) => part - (second[index] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}
