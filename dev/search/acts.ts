/**
 * The acts of a world: what the customer's administrators, or Microsoft's services, change in the tenant. A row for each:
 * its name, the ways that it can make, and what it calls (acts.yaml) or stores. Numbers choose among what is there.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { azureRoles, directoryRoleTemplates, microsoftGraph } from "@defender-mssp/microsoft";
import {
  jsonText,
  addApplication,
  addConsentedServicePrincipal,
  automationApplicationId,
  derivedId,
  msspTenantId,
  type Json,
  type StoredObject,
  type ChainWay,
} from "@defender-mssp/testkit";
import { parse } from "yaml";
import { stack, tenantId } from "../faults/customer";
import { otherMsspTenantId, type World } from "./world";

/** One act of a world, as a search draws and shrinks it. */
export interface DrawnAct extends Numbers {
  readonly act: string;
}

/** Choose the object, what it is done to, and how. */
type Numbers = Readonly<Record<"a" | "b" | "c", number>>;

export interface ActRow {
  readonly name: string;
  /** The ways that it can make; none where it gives nobody of the MSSP anything. */
  readonly makes: readonly ChainWay[];
  readonly run: (hand: Hand, numbers: Numbers) => Promise<unknown>;
  /** Whose the people, applications and credentials are that it makes. @default the customer's, or somebody else's */
  readonly whose?: "mssp" | undefined;
  /** Why it is drawn with `--pending` alone: what the product does not see yet. */
  readonly pending?: string | undefined;
}

/** Nothing in the world that the act could be done to. */
class NotApplicable extends Error {}

/** An administrator of the customer. Keeps what it did, for a person who repeats it. */
export class Hand {
  readonly done: string[] = [];
  #number = 0;

  constructor(readonly world: World) {}

  /** A number that no other object of this world has. */
  get next(): number {
    return ++this.#number;
  }

  /** One of these; the act does not apply without any. */
  one<Item>(items: readonly Item[], number: number): Item {
    const item = items[number % Math.max(1, items.length)];
    if (item === undefined) throw new NotApplicable();
    return item;
  }

  /** Without the application with which this administrator acts. */
  all(collection: string): StoredObject[] {
    return [...this.world.customer.objects(collection).values()].filter(
      ({ displayName }) => displayName !== "Contoso Administration",
    );
  }

  /** Accounts of the MSSP's people. */
  people(): StoredObject[] {
    return this.all("users").filter((user) => this.world.isMssps(user));
  }

  /** Service principals of these tenants' applications, without the automation's, which removes and proves. */
  principals(...tenantIds: readonly string[]): StoredObject[] {
    return this.all("servicePrincipals").filter(
      ({ appOwnerOrganizationId, displayName }) =>
        tenantIds.includes(jsonText(appOwnerOrganizationId)) && displayName !== "MSSP Onboarding Automation",
    );
  }

  /** The MSSP's, of its own applications and of those that the stack has made in the customer's tenant. */
  msspPrincipals(): StoredObject[] {
    return this.principals(msspTenantId, tenantId).filter((principal) => this.world.isMssps(principal));
  }

  /** What no route of the sandbox does: a person does it in a portal, or in the MSSP's tenant. */
  store(text: string, change: () => void): Promise<void> {
    change();
    this.world.cloud.changed(true);
    this.done.push(`in the sandbox's store: ${this.#shown(text)}`);
    return Promise.resolve();
  }

  /** @param call such as `POST /v1.0/groups` */
  async call(call: string, body?: unknown): Promise<Readonly<Record<string, Json>>> {
    const [, method = "", path = ""] = /^(\w+) (.*)$/.exec(call) ?? [];
    const isDefenders = /^\/(notificationRules|siemAuthorizations)\//.test(path);
    const audience = path.startsWith("/subscriptions/") ? "https://management.azure.com" : undefined;
    const answer = await this.world.call(
      method,
      path,
      body,
      isDefenders ? "https://api.securitycenter.microsoft.com" : audience,
    );
    const shown = this.#shown(`${call}${body === undefined ? "" : ` ${JSON.stringify(body)}`}`);
    if (answer.status >= 400) throw new RefusedAct(`${shown}: ${answer.status} ${JSON.stringify(answer.body)}`);
    this.done.push(shown);
    return answer.body as Readonly<Record<string, Json>>;
  }

  /** With names in the place of IDs, which the next run draws anew. */
  #shown(text: string): string {
    return text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, (id) => {
      for (const collection of ["users", "groups", "applications", "servicePrincipals"]) {
        const object = this.world.customer.objects(collection).get(id.toLowerCase());
        if (object !== undefined) return `{${collection} ${jsonText(object["mail"] ?? object["displayName"])}}`;
      }
      return id;
    });
  }
}

export class RefusedAct extends Error {}

/** @returns how it ended; `refused` has the service's answer */
export async function perform(
  hand: Hand,
  { act: name, ...numbers }: DrawnAct,
): Promise<"done" | "notApplicable" | RefusedAct> {
  const row = acts.find((each) => each.name === name);
  if (row === undefined) throw new Error(`There is no act "${name}".`);
  try {
    await (row.whose === "mssp" ? hand.world.registering(() => row.run(hand, numbers)) : row.run(hand, numbers));
    return "done";
  } catch (error) {
    if (error instanceof NotApplicable) return "notApplicable";
    if (error instanceof RefusedAct) return error;
    throw error;
  }
}

/** Names of every script, and with what breaks lines and tables. */
const strange = [
  "",
  "",
  "",
  " Ω≈ç 漢字",
  " <b>&amp;",
  " \u202eevil\u202c",
  " | a, b; c",
  " \u0007\u001b[31m",
  ' "quoted"',
  " ‏שלום",
];

/** A call such as `POST /v1.0/groups`, and its body. */
type Calls = readonly Readonly<Record<string, unknown>>[];

function send(calls: Calls): ActRow["run"] {
  return async (hand, numbers) => {
    const draw = drawer(hand, numbers);
    for (const [index, [call = "", body]] of calls.flatMap(Object.entries<unknown>).entries()) {
      const send = hand.call(draw.text(call.replace("may ", "")), draw.value(body));
      const answer = await (call.startsWith("may ") ? send.catch(() => ({})) : send);
      for (const [name, value] of Object.entries(answer)) draw.drawn.set(`${index}.${name}`, jsonText(value));
    }
  };
}

interface Drawer {
  /** Each word is drawn once for an act. */
  readonly drawn: Map<string, string>;
  readonly text: (text: string) => string;
  readonly value: (value: unknown) => unknown;
}

function drawer(hand: Hand, numbers: Numbers): Drawer {
  const drawn = new Map([
    ["n", String(hand.next)],
    ["odd", strange[numbers.c % strange.length] ?? ""],
    ["mssp", msspTenantId],
    ["otherMssp", otherMsspTenantId],
    ["objects", "https://graph.microsoft.com/v1.0/directoryObjects"],
    ["partners", "/v1.0/policies/crossTenantAccessPolicy/partners"],
    ["entitlement", "/beta/identityGovernance/entitlementManagement"],
    ["managed", "providers/Microsoft.ManagedServices"],
  ]);
  const word = (name: string): string => {
    const text = drawn.get(name) ?? drawWord(name, { hand, word, ...numbers });
    drawn.set(name, text);
    return text;
  };
  const text = (template: string) => template.replaceAll(/\{([\w.]+)\}/g, (_braces, name: string) => word(name));
  const value = (template: unknown): unknown => {
    if (typeof template === "string") return text(template);
    if (Array.isArray(template)) return template.map(value);
    if (typeof template !== "object" || template === null) return template ?? undefined;
    const [[only, values] = [], ...more] = Object.entries(template);
    if (more.length === 0 && (only === "b" || only === "c"))
      return value(hand.one(values as readonly unknown[], numbers[only]));
    return Object.fromEntries(Object.entries(template).map(([name, inside]) => [name, value(inside)]));
  };
  return { drawn, text, value };
}

type Word = (options: Numbers & { readonly hand: Hand; readonly word: (name: string) => string }) => string;

const roles = ["Security Reader", "Security Administrator", "Global Reader", "User Administrator"] as const;
const rolesOfAzure = ["Contributor", "Reader", "Microsoft Sentinel Reader", "Key Vault Secrets User"] as const;
const changedCollections = ["groups", "users", "applications", "servicePrincipals"] as const;
const marked = ({ description }: StoredObject) => jsonText(description).includes(`/${stack}#`);

const words: Readonly<Record<string, Word>> = {
  person: ({ hand, a }) => hand.one(hand.people(), a).id,
  guest: ({ hand, a }) =>
    hand.one(
      hand.people().filter(({ creationType }) => creationType === "Invitation"),
      a,
    ).id,
  application: ({ hand, a }) => hand.one(hand.msspPrincipals(), a).id,
  holder: ({ hand, a }) => hand.one([...hand.people(), ...hand.msspPrincipals()], a).id,
  employee: ({ hand, b }) =>
    hand.one(
      hand.all("users").filter((user) => !hand.world.isMssps(user)),
      b,
    ).id,
  automation: ({ hand }) =>
    hand.one(
      hand.all("servicePrincipals").filter(({ appId }) => appId === automationApplicationId),
      0,
    ).id,
  catalog: ({ hand, b }) => hand.one(hand.all("accessPackageCatalogs"), b).id,
  catalogGroup: ({ hand, a }) => jsonText(hand.one(hand.all("accessPackageResources"), a)["originId"]),
  catalogScope: ({ hand, word }) => {
    const scopes = hand.all("accessPackageResourceScopes");
    return jsonText(
      hand.one(
        scopes.filter(({ originId }) => originId === word("catalogGroup")),
        0,
      )["originId"],
    );
  },
  otherPerson: ({ hand, b }) => hand.one(hand.people(), b).id,
  inner: ({ hand, a }) => hand.one(hand.all("groups"), a).id,
  group: ({ hand, b }) => hand.one(hand.all("groups"), b).id,
  roleGroup: ({ hand, a }) =>
    hand.one(
      hand.all("groups").filter((group) => group["isAssignableToRole"] === true),
      a,
    ).id,
  marked: ({ hand, a }) => hand.one(hand.all("groups").filter(marked), a).id,
  unmarked: ({ hand, a, word }) =>
    hand.one(
      hand.all("groups").filter(({ id }) => id !== word("firstMarked")),
      a,
    ).id,
  firstMarked: ({ hand }) => hand.one(hand.all("groups").filter(marked), 0).id,
  mark: ({ hand }) => jsonText(hand.one(hand.all("groups").filter(marked), 0)["description"]),
  registration: ({ hand, b }) => hand.one(hand.all("applications"), b).id,
  ownRegistration: ({ hand, b }) => hand.one(registrations(hand, false), b).id,
  declaredRegistration: ({ hand, b }) => hand.one(registrations(hand, true), b).id,
  anyApplication: ({ hand, a }) => hand.one([...hand.principals(msspTenantId), ...changeable(hand, 3)], a).id,
  ownPrincipal: ({ hand, b }) => hand.one(hand.principals(tenantId), b).id,
  ownOrMsspPrincipal: ({ hand, b }) => hand.one(hand.principals(tenantId, msspTenantId), b).id,
  applicationId: ({ hand, a }) => jsonText(hand.one(hand.msspPrincipals(), a)["appId"]),
  graph: ({ hand }) => graphPrincipal(hand).id,
  permission: ({ hand, b }) =>
    hand.one(graphPrincipal(hand)["appRoles"] as unknown as readonly { readonly id: string }[], b * 7).id,
  foreignPermission: ({ hand, b }) => {
    const appRoles = graphPrincipal(hand)["appRoles"] as unknown as readonly AppRole[];
    return hand.one(
      appRoles.filter(({ value }) => /^(GroupMember|SharePointTenantSettings|UserAuthenticationMethod)\./.test(value)),
      b,
    ).id;
  },
  role: ({ hand, b }) => directoryRoleTemplates[hand.one(roles, b)],
  azureRole: ({ hand, b }) => azureRoles[hand.one(rolesOfAzure, b)],
  organization: ({ hand, a }) => hand.one(hand.all("connectedOrganizations"), a).id,
  policy: ({ hand, b }) => hand.one(hand.all("accessPackageAssignmentPolicies"), b).id,
  package: ({ hand, b }) => jsonText(hand.one(hand.all("accessPackageAssignmentPolicies"), b)["accessPackageId"]),
  subscription: ({ hand }) => `/subscriptions/${hand.world.subscriptionId}`,
  scope: ({ c, word }) => `${word("subscription")}${c % 2 === 0 ? "" : "/resourceGroups/sentinel"}`,
  guid: ({ word }) => derivedId(tenantId, `act/${word("n")}`),
  collection: ({ b }) => changedCollections[b % 4] ?? "",
  object: ({ hand, a, b }) => hand.one(changeable(hand, b), a).id,
  deleted: ({ hand, a }) => hand.one([...hand.world.customer.deleted.values()], a).object.id,
  withdrawn: ({ hand, a, b }) => {
    const automation = hand.all("servicePrincipals").find(({ appId }) => appId === automationApplicationId);
    const permissions = hand.all("appRoleAssignments").filter(({ principalId }) => principalId === automation?.id);
    const { id, resourceId } = hand.one(permissions, a * 12 + b);
    return `${jsonText(resourceId)}/appRoleAssignedTo/${id}`;
  },
};

function drawWord(name: string, options: Parameters<Word>[0]): string {
  const word = words[name];
  if (word !== undefined) return word(options);
  // Such as `groups.members`: a group without such a link to the holder.
  const [collection = "", link] = name.split(".");
  if (link === undefined) throw new Error(`There is no word "${name}".`);
  const { hand, b } = options;
  const links = hand.world.customer.links(name);
  const unlinked = hand.all(collection).filter(({ id }) => links.get(id)?.includes(options.word("holder")) !== true);
  return hand.one(unlinked, b).id;
}

function registrations(hand: Hand, isMssps: boolean): StoredObject[] {
  return hand.all("applications").filter((application) => hand.world.isMssps(application) === isMssps);
}

/** What an act renames or deletes: never the administration, nor Microsoft's. */
function changeable(hand: Hand, number: number): StoredObject[] {
  return hand
    .all(changedCollections[number % 4] ?? "groups")
    .filter(
      (object) =>
        !/Administrat|Automation/.test(jsonText(object["displayName"])) &&
        object["appOwnerOrganizationId"] !== "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
    );
}

function graphPrincipal(hand: Hand): StoredObject {
  return hand.one(
    hand.all("servicePrincipals").filter(({ appId }) => appId === microsoftGraph.appId),
    0,
  );
}

/** An application of the MSSP's that the customer consents to. */
function consent(homeTenantId: string): ActRow["run"] {
  return (hand, { c }) => {
    const number = hand.next;
    const applicationId = derivedId(homeTenantId, `search/${number}`);
    const displayName = `Fabrikam Insights ${number}${strange[c % strange.length] ?? ""}`;
    const description = { applicationId, displayName, signInAudience: "AzureADMultipleOrgs" } as const;
    const permissions = [[], ["User.Read.All"], ["Group.ReadWrite.All", "Application.ReadWrite.OwnedBy"]][c % 3] ?? [];
    const text = `the customer consents to "${displayName}" of tenant ${homeTenantId}`;
    return hand.store(`${text}: ${permissions.join(", ") || "no permission"}`, () => {
      addApplication(hand.world.cloud.tenant(homeTenantId), description);
      const consented = { ...description, homeTenantId };
      addConsentedServicePrincipal(hand.world.customer, consented, { [microsoftGraph.appId]: permissions });
    });
  };
}

const activation: ActRow["run"] = (hand, numbers) => {
  const { text } = drawer(hand, numbers);
  const [id, groupId, principalId] = [text("{guid}"), text("{group}"), text("{person}")];
  return hand.store(`a pending request of ${principalId} to activate their membership of ${groupId}`, () => {
    hand.world.customer
      .objects("assignmentScheduleRequests")
      .set(id, { id, action: "selfActivate", accessId: "member", groupId, principalId, status: "PendingApproval" });
  });
};

const partnerCenter: ActRow["run"] = (hand) => {
  const id = derivedId(tenantId, `gdap/${hand.next}`);
  const accessDetails = { unifiedRoles: [{ roleDefinitionId: directoryRoleTemplates["Security Reader"] }] };
  const customer = { tenantId, displayName: "Contoso" };
  return hand.store("a GDAP relationship of the MSSP's tenant with the customer's, active", () => {
    hand.world.mssp
      .objects("delegatedAdminRelationships")
      .set(id, { id, displayName: "GDAP", customer, accessDetails, status: "active" });
  });
};

const governance: ActRow["run"] = (hand) => {
  const id = derivedId(tenantId, "governance");
  const roleTemplates = [{ id: directoryRoleTemplates["Security Reader"], name: "Security Reader" }];
  return hand.store("a governance relationship with the MSSP's tenant, active", () => {
    hand.world.customer.objects("governanceRelationships").set(id, {
      id,
      status: "active",
      governingTenantId: msspTenantId,
      governedTenantId: tenantId,
      governingTenantName: "Fabrikam Security",
      governedTenantName: "Contoso",
      createdType: "approvedByAdmin",
      creationDateTime: "2026-11-01T00:00:00Z",
      policySnapshot: {
        policyId: id,
        version: 1,
        multiTenantApplicationsToProvision: [],
        delegatedAdministrationRoleAssignments: [{ groupDisplayName: "SOC", groupId: id, roleTemplates }],
      },
    });
  });
};

/** The MSSP's automation makes a rule without a mark. */
const actingRule: ActRow["run"] = (hand) => {
  const id = `by-hand-${hand.next}`;
  const automatedActions = { isolateDevices: [{ deviceIdColumn: "DeviceId", isolationType: "full" }] };
  return hand.store("a detection rule of the automation's without a mark, which isolates devices", () => {
    hand.world.customer.objects("detectionRules").set(id, {
      id,
      displayName: "Isolate",
      description: "by hand",
      status: "enabled",
      createdBy: "MSSP Onboarding Automation",
      createdDateTime: "2026-11-01T00:00:00Z",
      queryCondition: { queryText: "DeviceProcessEvents | project Timestamp, ReportId, DeviceId" },
      schedule: { frequency: "PT1H", lookback: null },
      detectionAction: { automatedActions, alertTemplate: null, organizationalScope: null },
    });
  });
};

/** An application of the MSSP's asks to be told of changes. */
const subscription: ActRow["run"] = (hand, numbers) => {
  const { text } = drawer(hand, numbers);
  const [id, applicationId] = [text("{guid}"), text("{applicationId}")];
  return hand.store(`a subscription of the application ${applicationId} to changes of users`, () => {
    const expirationDateTime = "2100-01-01T00:00:00Z";
    hand.world.customer.objects("subscriptions").set(id, { id, applicationId, resource: "users", expirationDateTime });
  });
};

/** An account whose invited address stands among its proxy addresses alone: the guest was renamed. */
const renamedGuest: ActRow["run"] = (hand, { a }) => {
  const number = hand.next;
  const user = hand.one(hand.people(), a);
  const mail = `trent${number}@contoso.example`;
  const address = jsonText(user["mail"]) || "trent@fabrikam-security.example";
  return hand.store(`the account ${user.id} is renamed to ${mail}; ${address} stays in proxyAddresses`, () => {
    const changes = { mail, otherMails: [], userPrincipalName: mail, creationType: "Invitation" };
    Object.assign(user, changes, { proxyAddresses: [`SMTP:${address}`] });
  });
};

/** A role in Azure for a group of the MSSP's own tenant: Azure takes no group of another tenant through its own pages. */
const foreignGroup: ActRow["run"] = (hand, numbers) => {
  const { text } = drawer(hand, numbers);
  const [scope, guid, role] = [text("{scope}"), text("{guid}"), text("{azureRole}")];
  const principalId = derivedId(msspTenantId, `search/group ${guid}`);
  const type = "Microsoft.Authorization/roleAssignments";
  const id = `${scope}/providers/${type}/${guid}`;
  const roleDefinitionId = `${text("{subscription}")}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
  return hand.store(`the Azure role ${role} at ${scope} for the group ${principalId} of the MSSP's tenant`, () => {
    hand.world.registerForeignGroup(principalId);
    const properties = { principalId, principalType: "ForeignGroup", roleDefinitionId, scope };
    hand.world.customer.objects("azureResources").set(id.toLowerCase(), { id, name: guid, type, properties });
  });
};

/** Somebody changes the query of a rule that the stack has made. */
const changedRule: ActRow["run"] = (hand, { a }) => {
  const declared = hand.all("detectionRules").filter(({ description }) => jsonText(description).includes(`/${stack}#`));
  const rule = hand.one(declared, a);
  return hand.store(`the detection rule ${rule.id} asks for something else`, () => {
    rule["queryCondition"] = { queryText: "DeviceEvents | project Timestamp, ReportId, DeviceId" };
  });
};

/** A certificate of an application or of its service principal. */
const addedCertificate: ActRow["run"] = (hand, { a, b }) => {
  const number = hand.next;
  const application = hand.one([...hand.all("applications"), ...hand.msspPrincipals()], a + b);
  const keyId = derivedId(tenantId, `certificate ${number}`);
  const dates = { startDateTime: "2026-11-01T00:00:00Z", endDateTime: "2100-01-01T00:00:00Z" };
  const key = { keyId, displayName: `CN=by hand ${number}`, type: "AsymmetricX509Cert", usage: "Verify", ...dates };
  return hand.store(`a certificate of ${application.id}`, () => {
    const keys = { ...key, customKeyIdentifier: keyId.replaceAll("-", "").toUpperCase(), key: null };
    application["keyCredentials"] = [...(application["keyCredentials"] as Json[]), keys];
  });
};

/** The automation keeps its permissions in Entra, and can read no subscription. */
const lostAzureRoles: ActRow["run"] = (hand) => {
  const automation = hand.all("servicePrincipals").find(({ appId }) => appId === automationApplicationId);
  const resources = hand.world.customer.objects("azureResources");
  const held = [...resources].filter(
    ([, { properties }]) => (properties as { principalId?: string } | undefined)?.principalId === automation?.id,
  );
  return hand.store("the automation loses its Azure roles", () => {
    for (const [id] of held) resources.delete(id);
  });
};

type AppRole = Readonly<Record<"id" | "value", string>>;

/** All permissions of one area, such as `Policy`: what the automation may not read, a command says that it did not look at. */
const lostPermissions: ActRow["run"] = (hand, { a, b }) => {
  const { customer } = hand.world;
  const principals = [...customer.objects("servicePrincipals").values()];
  const automation = principals.find(({ appId }) => appId === automationApplicationId);
  const roles = principals.flatMap((principal) => (principal["appRoles"] ?? []) as unknown as readonly AppRole[]);
  const values = new Map(roles.map(({ id, value }) => [id, value]));
  const area = ({ appRoleId }: StoredObject) => values.get(jsonText(appRoleId))?.split(/[.-]/)[0] ?? "";
  const assignments = customer.objects("appRoleAssignments");
  const held = [...assignments.values()].filter(({ principalId }) => principalId === automation?.id);
  const lost = hand.one([...new Set(held.map(area))], a * 12 + b);
  return hand.store(`the automation loses its permissions of ${lost}`, () => {
    for (const one of held) if (area(one) === lost) assignments.delete(one.id);
  });
};

interface TableRow {
  readonly act: string;
  readonly makes: readonly ChainWay[];
  readonly whose?: "mssp";
  readonly pending?: string;
  readonly calls: Calls;
}

const table = readFileSync(path.join(__dirname, "acts.yaml"), "utf8");

export const acts: readonly ActRow[] = [
  ...(parse(table, { merge: true }) as readonly TableRow[]).map(({ act, calls, ...row }) => ({
    name: act,
    ...row,
    run: send(calls),
  })),
  {
    name: "consent to another application of the MSSP",
    makes: ["application", "applicationPermission"],
    run: consent(msspTenantId),
    whose: "mssp",
  },
  { name: "consent to an application of the other MSSP", makes: [], run: consent(otherMsspTenantId) },
  { name: "wait for the approval of an activation", makes: ["activation"], run: activation },
  { name: "accept a relationship of Partner Center", makes: ["gdap"], run: partnerCenter },
  { name: "accept a governance relationship", makes: ["governance"], run: governance },
  { name: "subscribe to changes of users", makes: ["changeNotification"], run: subscription },
  { name: "take permissions from the automation", makes: [], run: lostPermissions },
  { name: "take the Azure roles from the automation", makes: [], run: lostAzureRoles },
  {
    name: "rename a person",
    makes: [],
    run: renamedGuest,
    pending: "an address among the proxy addresses alone",
  },
  {
    name: "assign an Azure role to a group of the MSSP's tenant",
    makes: ["azureRole"],
    run: foreignGroup,
  },
  { name: "change a detection rule of the stack", makes: [], run: changedRule },
  { name: "add a certificate", makes: ["credential"], run: addedCertificate },
  { name: "make a detection rule that acts", makes: ["detectionAction"], run: actingRule },
];
