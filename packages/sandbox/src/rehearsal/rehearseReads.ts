/** Asks a tenant and the sandbox the same, and compares their answers. */
import { ServiceError, VisibleError } from "@defender-mssp/errors";
import { isRecord } from "@defender-mssp/errors/json";
import {
  clouds,
  entraServicePlans,
  microsoftGraph,
  pathSegment,
  proofOf,
  publishedApplications,
  request,
  requestToken,
  type Endpoints,
  type Environment,
} from "@defender-mssp/microsoft";
import { compareAnswers, isEmptyList, type ComparedAnswer } from "./compareAnswers";
import { isRead, reads, type Read, type ReadRequest, type ReadService } from "./reads";
import { shownDifferences, type Rehearsal } from "./rehearsal";

/** A tenant, and who is signed in. */
export interface RehearsalSide {
  readonly tenantId: string;
  /** As the switch `entraLicence` has it; undefined where the identity may not read it. */
  readonly licence: Rehearsal["licence"];
  readonly environment: Environment;
  readonly endpoints: Endpoints;
  /** Names in the token of Graph. */
  readonly permissions: readonly string[];
  readonly tokens: Readonly<Partial<Record<ReadService, string>>>;
}

/** Objects of a list whose own routes are asked, until one has an answer with content. */
const triedObjects = 3;

const refusals = Array.from({ length: 200 }, (_, index) => 300 + index).filter((code) => code !== 408 && code !== 429);

/** @throws VisibleError for a person's sign-in; EnvironmentError, ServiceError */
export async function signInToRehearse(tenant: RehearsedTenant): Promise<RehearsalSide> {
  const { accessToken: graph } = await requestToken({ ...tenant, audience: tenant.endpoints.graphEndpoint });
  const claims = Buffer.from(graph.split(".")[1] ?? "", "base64url").toString();
  const { roles = [], scp } = JSON.parse(claims) as { roles?: string[]; scp?: string };
  if (scp !== undefined)
    throw new VisibleError(
      "A rehearsal signs in as an application, the automation or the one of previews: set ARM_CLIENT_ID and its credential.",
    );
  const audience = clouds[tenant.endpoints.cloud].resourceManagerEndpoint;
  const azure = await requestToken({ ...tenant, audience }).catch((error: unknown) => {
    if (!(error instanceof ServiceError)) throw error;
    return undefined;
  });
  const known = publishedApplications.find(({ appId }) => appId === microsoftGraph.appId)?.appRoles ?? {};
  const permissions = roles.filter((name) => name in known);
  const tokens = { graph, ...(azure && { azure: azure.accessToken }) };
  const side = { ...tenant, permissions, tokens, licence: undefined };
  return { ...side, licence: await readLicence(side) };
}

async function readLicence(side: RehearsalSide): Promise<Rehearsal["licence"]> {
  const { status, text } = await ask({ service: "graph", method: "GET", path: "/v1.0/subscribedSkus" }, side);
  if (status !== 200) return undefined;
  const { AAD_PREMIUM, AAD_PREMIUM_P2, Entra_Identity_Governance } = entraServicePlans;
  if (text.includes(Entra_Identity_Governance)) return "governance";
  return text.includes(AAD_PREMIUM_P2) ? "p2" : text.includes(AAD_PREMIUM) ? "p1" : "free";
}

/** Asks both sides everything of the list. @param say told of each step before it begins @throws the signal's reason */
export async function rehearseReads(
  service: RehearsalSide,
  sandbox: RehearsalSide,
  say: (step: string) => void,
  signal?: AbortSignal,
): Promise<ComparedRoutes> {
  const identity = { licence: service.licence, permissions: [...service.permissions].sort() };
  const result: ComparedRoutes = { ...identity, equal: [], withoutObjects: [], notAsked: [], different: [] };
  const [theirs, ours] = [new Map<string, readonly string[]>(), new Map<string, readonly string[]>()];
  for (const [name, part] of Object.entries(parts)) {
    const hasToken = part !== "azure" || service.tokens.azure !== undefined;
    const rows = reads.filter((read) => read.service === part && hasToken);
    say(`${name}: ${rows.length} requests that only read.`);
    for (const read of rows) {
      signal?.throwIfAborted();
      const route = `${read.method} ${read.route}${read.query === undefined ? "" : `?${read.query}`}`;
      const answers = await answersTo(read, service, theirs);
      // Azure's roles are no permissions of the token: the sandbox's identity has others.
      const isDenied = part === "azure" && answers.at(-1)?.status === 403;
      const own = answers.length === 0 || isDenied ? [] : await answersTo(read, sandbox, ours);
      const all = compareAnswers(answers, own);
      const differences = all.slice(0, shownDifferences);
      const more = all.length > shownDifferences ? { more: all.length - shownDifferences } : {};
      if (own.length === 0) result.notAsked.push(route);
      else if (all.length > 0) result.different.push({ route, differences, ...more });
      else result[[...answers, ...own].some(isEmptyList) ? "withoutObjects" : "equal"].push(route);
    }
  }
  return result;
}

type RehearsedTenant = Pick<RehearsalSide, "tenantId" | "environment" | "endpoints">;
type ComparedRoutes = Omit<Rehearsal, "msspRehearsal" | "version" | "on" | "cloud">;

const parts = {
  "Microsoft Entra ID": "login",
  "Microsoft Graph and Defender": "graph",
  "Azure Resource Manager": "azure",
} as const satisfies Record<string, ReadService>;

/** Answers of a route: of one with `{…}` for objects that an earlier list had; none where there was none. */
async function answersTo(
  read: Read,
  side: RehearsalSide,
  objects: Map<string, readonly string[]>,
): Promise<ComparedAnswer[]> {
  const answers: ComparedAnswer[] = [];
  for (const path of pathsFor(read.route, side, objects)) {
    const query = read.query === undefined ? "" : `?${encodeURI(read.query)}`;
    const { method, service } = read;
    const body = await bodyFor(read, side, path);
    if (method === "POST" && body === undefined) break;
    const answer = await ask({ method, service, path: `${path}${query}`, body }, side);
    answers.push(answer);
    const items = isRecord(answer.body) && Array.isArray(answer.body["value"]) ? answer.body["value"] : [];
    if (answer.status === 200 && (objects.get(read.route) ?? []).length === 0)
      objects.set(read.route, itemPaths(path, items));
    if (answer.status !== 200 || items.length > 0) break;
  }
  return answers;
}

/** The token's request carries the proof of the identity; undefined where a sign-in of the Azure CLI has none to send. */
async function bodyFor(read: Read, { environment, endpoints }: RehearsalSide, path: string): Promise<unknown> {
  if (read.service !== "login" || read.method === "GET") return read.body;
  const clientId = environment["ARM_CLIENT_ID"] ?? "";
  const proof = await proofOf(clientId, `${endpoints.loginEndpoint}${path}`, environment, {});
  if (clientId === "" || proof === undefined) return undefined;
  const scope = `${endpoints.graphEndpoint}/.default`;
  return { grant_type: "client_credentials", client_id: clientId, scope, ...proof };
}

function pathsFor(
  route: string,
  { tenantId }: RehearsalSide,
  objects: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  if (route.startsWith("/{tenant}")) return [route.replace("{tenant}", tenantId)];
  const [, list, rest = ""] = /^(.*)\/\{\w+\}([^{]*)$/.exec(route) ?? [];
  if (list === undefined) return route.includes("{") ? [] : [route];
  return (objects.get(list) ?? []).map((path) => `${path}${rest}`);
}

function itemPaths(path: string, items: readonly unknown[]): string[] {
  // The newest may be the last, and the first ones Microsoft's.
  return [...items.slice(0, triedObjects - 1), ...items.slice(triedObjects - 1).slice(-1)].flatMap((item) => {
    const { id, tenantId, subscriptionId } = isRecord(item) ? item : {};
    const key = subscriptionId ?? id ?? tenantId;
    return typeof key === "string" && /^(?!\.{1,2}$)[\w.@-]+$/.test(key) ? [`${path}/${pathSegment(key)}`] : [];
  });
}

/** The only place that sends: whatever the list does not have is refused here. */
async function ask(read: ReadRequest, { endpoints, tokens }: RehearsalSide): Promise<ComparedAnswer> {
  const { service, method, path, body } = read;
  if (!isRead(read)) throw new Error(`A rehearsal sends no ${method} ${path}.`);
  const { graphEndpoint, resourceManagerEndpoint, loginEndpoint } = endpoints;
  const origin = { graph: graphEndpoint, azure: resourceManagerEndpoint, login: loginEndpoint }[service];
  const content = service === "login" ? { form: body as Readonly<Record<string, string>> } : { json: body };
  try {
    return await request(`${origin}${path}`, {
      method,
      ...(body === undefined ? {} : content),
      ...(tokens[service] === undefined ? {} : { token: tokens[service] }),
      accept: refusals,
      idempotent: true,
    });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { status, serviceCode } = error;
    return { status, headers: new Headers(), text: "", body: { error: { code: serviceCode } } };
  }
}
