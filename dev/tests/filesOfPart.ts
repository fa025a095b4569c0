/** `k/n`: the k-th of n parts. */
export interface TestPart {
  readonly part: number;
  readonly parts: number;
}

export function parsePart(text: string): TestPart {
  const [, part, parts] = (/^([1-9]\d*)\/([1-9]\d*)$/.exec(text) ?? []).map(Number);
  if (part === undefined || parts === undefined || part > parts) throw new Error(`no part of a whole: ${text}`);
  return { part, parts };
}

/** The dearest file first, each to the part that has least; within a part as they were. */
export function filesOfPart(
  files: readonly string[],
  secondsOf: (file: string) => number,
  { part, parts }: TestPart,
): string[] {
  let loads = Array.from({ length: parts }, () => 0);
  const chosen = new Set<string>();
  for (const file of dearestFirst(files, secondsOf)) {
    const least = loads.indexOf(Math.min(...loads));
    loads = loads.map((load, index) => (index === least ? load + secondsOf(file) : load));
    if (least === part - 1) chosen.add(file);
  }
  return files.filter((file) => chosen.has(file));
}

export function dearestFirst(files: readonly string[], secondsOf: (file: string) => number): string[] {
  return [...files].sort((a, b) => secondsOf(b) - secondsOf(a) || (a < b ? -1 : 1));
}
