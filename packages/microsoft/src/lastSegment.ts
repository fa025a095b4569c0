/** Returns the last segment of a path: the object ID in a provider's ID, the name of a stack. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
