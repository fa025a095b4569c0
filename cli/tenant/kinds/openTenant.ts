/** Signs in to a stack's tenant, to look at every kind of access. */
import {
  clouds,
  graphCall,
  graphList,
  requestToken,
  type Endpoints,
  type GraphCall,
  type PortalCall,
} from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import { defenderEndpointOf } from "../../../settings/fromFile";
import { azureCalls } from "./azureCalls";
import { signInToTenant, type TenantSignIn } from "../signInToTenant";
import { customerAzure, withoutAzure, type CustomerAzure } from "./customerAzure";
import type { KindTenant } from "./kindCalls";

interface OpenOptions {
  readonly stack: string;
  /** The stack's random ID, from its state. */
  readonly stackId: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
  /** Receives why Azure could not be searched. */
  readonly say: (text: string) => void;
  /** @default those of the settings' cloud and the environment */
  readonly endpoints?: Endpoints;
  /** The sign-in to Graph, where the caller has one. */
  readonly signIn?: TenantSignIn;
}

/** @throws VisibleError where credentials or tenant can't be used */
export async function openTenant(settings: Settings, options: OpenOptions): Promise<KindTenant> {
  const { stack, stackId, environment, say, signIn } = options;
  const { tenantId, msspTenantId } = settings;
  const { call: graph, endpoints } = signIn ?? (await signInToTenant(settings, environment, options.endpoints));
  const freshReads = () => rememberedReads(graph, customerAzure(settings, { environment, endpoints }));
  const endpoint = defenderEndpointOf(settings, environment);
  const audience = clouds[endpoints.cloud].defenderResource;
  const defender: PortalCall | undefined =
    endpoint === undefined
      ? undefined
      : { endpoint, token: (await requestToken({ tenantId, audience, environment, endpoints })).accessToken };
  return {
    ...freshReads(),
    freshReads,
    graphUrl: endpoints.graphEndpoint,
    msspGraph: () => graphCall(msspTenantId, { environment, endpoints }),
    defender,
    azure: await azureCalls(settings, { environment, endpoints, say }),
    detectionApiVersion: settings.detections?.apiVersion,
    owner: {
      stack,
      stackId,
      tenantId,
      msspTenantId,
      domains: msspDomains(settings),
      automation: environment["ARM_CLIENT_ID"],
    },
  };
}

/** The domains of the MSSP's people: those that the settings allow, the identity source's, and those of the analysts. */
export function msspDomains({
  analysts,
  analystDomains = [],
  portalAccess: access,
}: Pick<Settings, "analysts" | "portalAccess"> & { readonly analystDomains?: readonly string[] }): string[] {
  const source =
    access.model === "entitlement" && "domain" in access.identitySource ? [access.identitySource.domain] : [];
  const addresses = analysts.map(({ email }) => email.split("@").at(-1) ?? "");
  return [...new Set([...analystDomains, ...source, ...addresses].map((domain) => domain.toLowerCase()))];
}

/**
 * Reads each address once: several kinds look at the same object or list. A failure is remembered,
 * too. What writes is passed on.
 */
export function rememberedReads(
  graph: GraphCall,
  azure: CustomerAzure = withoutAzure("nobody signed in to Azure"),
): Pick<KindTenant, "graph" | "list" | "customerAzure"> {
  const answers = new Map<string, ReturnType<GraphCall>>();
  const remembered: GraphCall = (path, options = {}) => {
    if (options.method !== undefined && options.method !== "GET") return graph(path, options);
    const key = JSON.stringify([path, options.accept]);
    const answer = answers.get(key) ?? graph(path, options);
    answers.set(key, answer);
    return answer;
  };
  return {
    graph: remembered,
    list: (path) => graphList(remembered, path),
    customerAzure: azure,
  };
}
