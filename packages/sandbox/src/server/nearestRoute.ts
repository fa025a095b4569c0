/** The served route that is the nearest to one that is not. */
import { azureServed } from "../azure/index";
import { bothVersions } from "../graph/route";
import { routeTable } from "../graph/routes";

const tables: readonly string[] = [
  ...routeTable.routes.flatMap(({ method, path, versions }) =>
    bothVersions.filter((version) => versions.includes(version)).map((version) => `${method} /${version}${path}`),
  ),
  ...azureServed,
];

/**
 * @param registered the routes of the server; those of its tables are known
 * @returns such as `GET /v1.0/domains/{id}`; `undefined` if none begins alike
 */
export function nearestRoute(registered: readonly string[], method: string, path: string): string | undefined {
  const asked = pathParts(path);
  const scored = [...tables, ...registered].map((route) => {
    const [ownMethod = "", ownPath = ""] = route.split(" ");
    const own = pathParts(ownPath);
    const isAlike = own.parts.map((part, index) => isParameter(part) || same(part, asked.parts[index]));
    const first = isAlike.slice(0, asked.parts.length).indexOf(false);
    const alike = first < 0 ? Math.min(own.parts.length, asked.parts.length) : first;
    const isNear = own.parts.slice(0, alike).some((part) => !isParameter(part));
    const distance = own.parts.length + asked.parts.length - 2 * alike;
    const bonus = (own.version === asked.version ? 0.5 : 0) + (ownMethod === method ? 0.25 : 0);
    return { route, score: isNear ? bonus - distance : -Infinity };
  });
  const best = scored.reduce((left, right) => (right.score > left.score ? right : left));
  return best.score === -Infinity ? undefined : best.route;
}

/** Segments without Graph's version; of the resource manager from the last provider on. */
function pathParts(path: string): { version: string; parts: string[] } {
  const provider = path.toLowerCase().lastIndexOf("/providers/");
  const [first = "", ...rest] = (provider < 0 ? path : path.slice(provider + "/providers".length)).split("/").slice(1);
  return first === "v1.0" || first === "beta"
    ? { version: first, parts: rest }
    : { version: "", parts: [first, ...rest] };
}

function isParameter(part: string): boolean {
  return part.startsWith("{") || part.startsWith(":");
}

function same(left: string, right = ""): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
