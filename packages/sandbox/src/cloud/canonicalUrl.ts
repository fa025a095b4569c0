/**
 * A request's URL without empty segments, before any router reads it: Microsoft's SDKs join a base that ends in a slash
 * with paths that begin with one.
 */
export function canonicalUrl(url: string): string {
  return url.replace(/^[^?]*/, (path) => path.replaceAll(/\/{2,}/g, "/"));
}
