/**
 * The checkpoint of one of several destinations, beside the file that the user names: `c.json` has
 * `c.hec.json`, `contoso.checkpoint` has `contoso.checkpoint.hec`.
 */
export function destinationCheckpoint(file: string, destination: string): string {
  return file.endsWith(".json") ? `${file.slice(0, -5)}.${destination}.json` : `${file}.${destination}`;
}
