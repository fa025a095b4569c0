/**
 * What a stack's settings would create, that is in the customer's tenant and not in the stack's state: an earlier `up` was killed, or lost its
 * connection, after Entra had made it and before the engine knew. The azuread provider then refuses to make a second one.
 */
import {
  microsoftGraph,
  windowsDefenderAtp,
  type GraphCall,
  type PublishedApplication,
} from "@defender-mssp/microsoft";
import { securityGroupName, siemConnectorName, siemRedirectUri } from "../../naming";
import type { Settings } from "../../settings";
import type { StackState, StateResource } from "./stackState";

export interface Orphan {
  /** Such as `application "Contoso SIEM MSSP Connector"`. */
  readonly what: string;
  /** Object ID, or what else names it. */
  readonly id: string;
  /** When it was made, ISO 8601, UTC; empty where the service doesn't say. */
  readonly createdOn: string;
  /** Who made it, as far as its owners tell; empty where nothing does. */
  readonly createdBy: string;
  /** By what it is known to be this program's; undefined where nothing says so: it may be somebody else's. */
  readonly mark: string | undefined;
  /** The request that takes it away. */
  readonly removal: Removal;
  /** Whether Entra keeps it for 30 days after that, among the deleted items. */
  readonly restorable: boolean;
  /** Arguments of `pulumi import`, where it can be imported. */
  readonly importArguments: readonly string[] | undefined;
}

export interface Removal {
  readonly method: "DELETE" | "PATCH" | "POST";
  readonly path: string;
  readonly json?: unknown;
}

/** What the descriptions of this program's applications and groups say. */
const describedAs = /Managed by Pulumi\b/;

/** The name of this program's client secrets (components/siemConnector.ts). */
const secretName = "MSSP SIEM, managed by Pulumi";

type GraphObject = Readonly<Record<string, unknown>>;

/**
 * Finds them all. Changes nothing.
 * @param clientId application (client) ID of the identity that runs `up`; none for a signed-in user.
 */
export async function findOrphans(
  call: GraphCall,
  settings: Settings,
  state: StackState,
  clientId: string | undefined,
): Promise<Orphan[]> {
  const known = new Known(state);
  return [
    ...(await applications(call, settings, known)),
    ...(await groups(call, settings, known)),
    ...(await partsOfApplications(call, settings, known, clientId)),
  ];
}

/** What the engine knows of, by the ends of the provider's IDs. */
class Known {
  readonly #ids: ReadonlySet<string>;

  constructor(private readonly state: StackState) {
    this.#ids = new Set(state.resources.map(({ id }) => lastSegment(id)).filter((id) => id !== ""));
  }

  /** Whether a resource's ID ends with this one. */
  has(id: string): boolean {
    return this.#ids.has(id.toLowerCase());
  }

  /** Whether a resource has this ID, as the provider writes it. */
  hasWhole(id: string): boolean {
    return this.state.resources.some((one) => one.id.toLowerCase() === id.toLowerCase());
  }

  applications(): readonly StateResource[] {
    return this.state.resources.filter(({ type }) => /^azuread:index\/application(Registration)?:/.test(type));
  }

  /**
   * `pulumi import` of a resource of that name, below the component that declares it and by the provider of the stack's tenant. Where the
   * component isn't in the state yet there is nothing to import it below.
   */
  importOf(type: string, name: string, id: string, parentType: string): readonly string[] | undefined {
    const parent = this.state.resources.find(
      ({ type: one, urn }) => one === parentType && name.startsWith(nameOf(urn)),
    );
    const provider = this.state.resources.find(
      ({ type: one, urn }) => one === "pulumi:providers:azuread" && !nameOf(urn).startsWith("default"),
    );
    if (parent === undefined || provider === undefined) return undefined;
    const named = ({ urn }: StateResource, as: string) => `${as}=${urn}`;
    return [type, name, id, "--parent", named(parent, "parent"), "--provider", named(provider, "provider")];
  }

  /** Whether the engine died while it was making this. */
  isPending(type: string): boolean {
    return this.state.pending.some((urn) => typeOf(urn) === type);
  }
}

async function applications(call: GraphCall, { customerName }: Settings, known: Known): Promise<Orphan[]> {
  const type = "azuread:index/applicationRegistration:ApplicationRegistration";
  const name = siemConnectorName(customerName);
  const found = await list(call, `/v1.0/applications?$filter=${equals("displayName", name)}`);
  const orphans = found.filter((one) => !known.has(text(one, "id")));
  return Promise.all(
    orphans.map(async (one) => ({
      what: `application "${name}"`,
      ...(await madeBy(call, "applications", one)),
      mark: markOf(one, known.isPending(type)),
      removal: { method: "DELETE", path: `/v1.0/applications/${text(one, "id")}` },
      restorable: true,
      importArguments: known.importOf(
        type,
        "customer-siem-application",
        `/applications/${text(one, "id")}`,
        "defender-mssp:index:SiemConnector",
      ),
    })),
  );
}

async function groups(call: GraphCall, settings: Settings, known: Known): Promise<Orphan[]> {
  const type = "azuread:index/group:Group";
  const { msspName, portalAccess } = settings;
  const tiers = "tiers" in portalAccess ? Object.values(portalAccess.tiers).map(({ name }) => name) : [];
  const names = [...new Set([securityGroupName(msspName), ...tiers])].map((name) => name.replaceAll("'", "’"));
  const found = await Promise.all(
    names.map((name) => list(call, `/v1.0/groups?$filter=${equals("displayName", name)}`)),
  );
  const orphans = found.flat().filter((one) => !known.has(text(one, "id")));
  return Promise.all(
    orphans.map(async (one) => ({
      what: `group "${text(one, "displayName")}"`,
      ...(await madeBy(call, "groups", one)),
      mark: markOf(one, known.isPending(type)),
      removal: { method: "DELETE", path: `/v1.0/groups/${text(one, "id")}` },
      // Entra keeps Microsoft 365 groups only.
      restorable: false,
      importArguments: known.importOf(
        type,
        "customer-analysts-group",
        `/groups/${text(one, "id")}`,
        "defender-mssp:index:MsspSecurityGroup",
      ),
    })),
  );
}

/** Of an application that the stack has made: what belongs to it and the stack doesn't know. */
async function partsOfApplications(
  call: GraphCall,
  settings: Settings,
  known: Known,
  clientId: string | undefined,
): Promise<Orphan[]> {
  const parts = await Promise.all(
    known.applications().map(async ({ id }) => {
      const path = `/v1.0/applications/${lastSegment(id)}`;
      const { status, body } = await call(path, { accept: [404] });
      if (status === 404) return [];
      const application = body as GraphObject;
      return [
        ...redirectUris(application, settings, known),
        ...apiAccess(application, known),
        ...secrets(application, known),
        ...(await servicePrincipals(call, application, known, clientId)),
      ];
    }),
  );
  return parts.flat();
}

function redirectUris(application: GraphObject, { customerDomain }: Settings, known: Known): Orphan[] {
  const { redirectUris: uris = [] } = (application.web ?? {}) as { redirectUris?: readonly string[] };
  const whole = `/applications/${text(application, "id")}/redirectUris/Web`;
  if (!uris.includes(siemRedirectUri(customerDomain)) || known.hasWhole(whole)) return [];
  return [
    {
      ...partOf(application, `redirect URI ${uris.join(", ")}`, siemRedirectUri(customerDomain)),
      removal: change(application, { web: { redirectUris: [] } }),
    },
  ];
}

function apiAccess(application: GraphObject, known: Known): Orphan[] {
  const asked = (application.requiredResourceAccess ?? []) as readonly { resourceAppId: string }[];
  const isOurs = ({ resourceAppId }: { resourceAppId: string }) =>
    apis.some(({ appId }) => appId === resourceAppId) &&
    !known.hasWhole(`/applications/${text(application, "id")}/apiAccess/${resourceAppId}`);
  const found = asked.filter(isOurs);
  if (found.length === 0) return [];
  const names = found.map(({ resourceAppId }) => nameOfApi(resourceAppId));
  return [
    {
      ...partOf(application, `API permissions asked of ${names.join(" and ")}`, names.join(", ")),
      removal: change(application, { requiredResourceAccess: asked.filter((one) => !isOurs(one)) }),
    },
  ];
}

function secrets(application: GraphObject, known: Known): Orphan[] {
  const credentials = (application.passwordCredentials ?? []) as readonly GraphObject[];
  return credentials
    .filter((one) => text(one, "displayName") === secretName && !known.has(text(one, "keyId")))
    .map((one) => ({
      ...partOf(application, `client secret "${secretName}", which nobody has`, text(one, "keyId")),
      createdOn: text(one, "startDateTime"),
      removal: {
        method: "POST",
        path: `/v1.0/applications/${text(application, "id")}/removePassword`,
        json: { keyId: text(one, "keyId") },
      },
    }));
}

async function servicePrincipals(
  call: GraphCall,
  application: GraphObject,
  known: Known,
  clientId: string | undefined,
): Promise<Orphan[]> {
  const appId = text(application, "appId");
  const found = await list(call, `/v1.0/servicePrincipals?$filter=${equals("appId", appId)}`);
  const orphans = found.map(async (one): Promise<Orphan[]> => {
    const id = text(one, "id");
    if (known.has(id)) {
      return [...(await consents(call, application, id, known)), ...(await ownership(call, application, id, clientId))];
    }
    return [
      {
        ...partOf(application, `service principal "${text(one, "displayName")}", with what it was granted`, id),
        removal: { method: "DELETE", path: `/v1.0/servicePrincipals/${id}` },
      },
    ];
  });
  return (await Promise.all(orphans)).flat();
}

/** What the program itself would grant; what a person granted beside it isn't looked at. */
async function consents(call: GraphCall, application: GraphObject, id: string, known: Known): Promise<Orphan[]> {
  const [grants, roles] = await Promise.all([
    list(call, `/v1.0/servicePrincipals/${id}/oauth2PermissionGrants`),
    list(call, `/v1.0/servicePrincipals/${id}/appRoleAssignments`),
  ]);
  const orphan = (one: GraphObject, what: string, path: string): Orphan[] =>
    known.has(text(one, "id"))
      ? []
      : [
          {
            ...partOf(application, what, text(one, "id")),
            createdOn: text(one, "createdDateTime"),
            removal: { method: "DELETE", path },
          },
        ];
  return [
    ...grants
      .filter((one) => text(one, "scope").trim() === "Alert.Read")
      .flatMap((one) => orphan(one, "consent to Alert.Read", `/v1.0/oauth2PermissionGrants/${text(one, "id")}`)),
    ...roles
      .filter((one) => text(one, "appRoleId") === microsoftGraph.appRoles["SecurityAlert.Read.All"])
      .flatMap((one) =>
        orphan(
          one,
          "consent to SecurityAlert.Read.All",
          `/v1.0/servicePrincipals/${text(one, "resourceId")}/appRoleAssignedTo/${text(one, "id")}`,
        ),
      ),
  ];
}

/** The provider makes the caller an owner and takes it out again: an `up` may have ended between the two. */
async function ownership(
  call: GraphCall,
  application: GraphObject,
  id: string,
  clientId: string | undefined,
): Promise<Orphan[]> {
  if (clientId === undefined) return [];
  const owners = await list(call, `/v1.0/servicePrincipals/${id}/owners`);
  return owners
    .filter((one) => text(one, "appId").toLowerCase() === clientId.toLowerCase())
    .map((one) => ({
      ...partOf(application, `ownership of its service principal by "${text(one, "displayName")}"`, text(one, "id")),
      removal: { method: "DELETE", path: `/v1.0/servicePrincipals/${id}/owners/${text(one, "id")}/$ref` },
    }));
}

const apis: readonly PublishedApplication[] = [windowsDefenderAtp, microsoftGraph];

function nameOfApi(appId: string): string {
  return appId === microsoftGraph.appId ? "Microsoft Graph" : "WindowsDefenderATP";
}

function partOf(application: GraphObject, what: string, id: string): Omit<Orphan, "removal"> {
  return {
    what,
    id,
    createdOn: "",
    createdBy: "",
    mark: `part of the application "${text(application, "displayName")}" (${text(application, "id")}), which is in the stack's state`,
    restorable: false,
    importArguments: undefined,
  };
}

function change(application: GraphObject, json: unknown): Removal {
  return { method: "PATCH", path: `/v1.0/applications/${text(application, "id")}`, json };
}

function markOf(object: GraphObject, isPending: boolean): string | undefined {
  const description = text(object, "description");
  if (!describedAs.test(description)) return undefined;
  const pending = isPending ? "; the engine died while it was making one" : "";
  return `its description: "${description}"${pending}`;
}

async function madeBy(call: GraphCall, collection: string, object: GraphObject) {
  const id = text(object, "id");
  const owners = await list(call, `/v1.0/${collection}/${id}/owners`);
  return {
    id,
    createdOn: text(object, "createdDateTime"),
    createdBy: owners.map((owner) => text(owner, "displayName")).join(", "),
  };
}

async function list(call: GraphCall, path: string): Promise<GraphObject[]> {
  const items: GraphObject[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const page = (await call(next)).body as { value?: GraphObject[]; "@odata.nextLink"?: string } | undefined;
    items.push(...(page?.value ?? []));
    const link = page?.["@odata.nextLink"];
    // The token is for Graph alone: of a link only the path is taken.
    next = link === undefined ? undefined : new URL(link).pathname + new URL(link).search;
  }
  return items;
}

function equals(property: string, value: string): string {
  return encodeURIComponent(`${property} eq '${value.replaceAll("'", "''")}'`);
}

function text(object: GraphObject, name: string): string {
  const value = object[name];
  return typeof value === "string" ? value : "";
}

function lastSegment(id: string): string {
  return (id.split("/").at(-1) ?? "").toLowerCase();
}

function typeOf(urn: string): string {
  return (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
