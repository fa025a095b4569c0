/** How Azure Resource Manager is called in one tenant: the token, the call, every page of a list. */
import { clouds } from "../clouds";
import { discoverEndpoints } from "../endpoints";
import { requestToken } from "../entra/token";
import { graphList, withFreshToken, type CallContext, type GraphCall } from "../graph/call";
import { request } from "../http";

/** Calls Azure Resource Manager. The path begins with a slash, and has the `api-version`. */
export type ResourceManagerCall = GraphCall;

/**
 * Gets a token for Azure Resource Manager in this tenant and answers the call that uses it.
 * @throws EnvironmentError, ServiceError
 */
export async function armCall(tenantId: string, context: CallContext = {}): Promise<ResourceManagerCall> {
  const environment = context.environment ?? process.env;
  const endpoints = context.endpoints ?? (await discoverEndpoints(environment, context));
  const audience = clouds[endpoints.cloud].resourceManagerEndpoint;
  const run = await withFreshToken(() => requestToken({ tenantId, audience, environment, endpoints, ...context }));
  const { sleep, signal } = context;
  return (path, options = {}) =>
    run((token) => request(`${endpoints.resourceManagerEndpoint}${path}`, { ...options, token, sleep, signal }));
}

/** Every item of a list. Azure names the next page `nextLink`, Graph `@odata.nextLink`. */
export function armList<Item>(call: ResourceManagerCall, path: string): Promise<Item[]> {
  return graphList<Item>(async (page) => {
    const answer = await call(page);
    const { nextLink } = (answer.body ?? {}) as { readonly nextLink?: string };
    return nextLink ? { ...answer, body: { ...(answer.body as object), "@odata.nextLink": nextLink } } : answer;
  }, path);
}
