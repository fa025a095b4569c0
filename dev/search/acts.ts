/**
 * The acts of a world: what the customer's administrators, or Microsoft's services, change in the tenant. A row for each:
 * its name, the ways that it can make, and what it calls or stores. Numbers choose among what is there.
 */
import { azureRoles, directoryRoleTemplates, microsoftGraph } from "@defender-mssp/microsoft";
import {
  jsonText,
  addApplication,
  addConsentedServicePrincipal,
  isMsspAddress,
  userAddresses,
  automationApplicationId,
  derivedId,
  msspTenantId,
  type Json,
  type StoredObject,
  type ChainWay,
} from "@defender-mssp/testkit";
import { tenantId } from "../faults/customer";
import { otherMsspTenantId, type World } from "./world";

/** One act of a world, as a search draws and shrinks it. */
export interface DrawnAct {
  readonly act: string;
  /** Choose the object, what it is done to, and how. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

export interface ActRow {
  readonly name: string;
  /** The ways that it can make; none where it gives nobody of the MSSP anything. */
  readonly makes: readonly ChainWay[];
  readonly run: (hand: Hand, numbers: Omit<DrawnAct, "act">) => Promise<unknown>;
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
    const { mssp } = this.world;
    return this.all("users").filter((user) => userAddresses(user).some((address) => isMsspAddress({ mssp }, address)));
  }

  /** Service principals of the MSSP's applications, without the automation's, which removes and proves. */
  applications(): StoredObject[] {
    return this.all("servicePrincipals").filter(
      ({ appOwnerOrganizationId, displayName }) =>
        appOwnerOrganizationId === msspTenantId && displayName !== "MSSP Onboarding Automation",
    );
  }

  /** Groups, of the stack and of the customer. */
  groups(): StoredObject[] {
    return this.all("groups");
  }

  async graph(method: string, path: string, body?: unknown): Promise<Readonly<Record<string, Json>>> {
    return this.#call(method, path, body);
  }

  async azure(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#call(method, path, body, "https://management.azure.com");
  }

  async defender(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#call(method, path, body, "https://api.securitycenter.microsoft.com");
  }

  /** What no route of the sandbox does: a person does it in a portal, or in the MSSP's tenant. */
  store(text: string, change: () => void): void {
    change();
    this.world.cloud.changed(true);
    this.done.push(`in the sandbox's store: ${text}`);
  }

  async #call(
    method: string,
    path: string,
    body?: unknown,
    audience?: Parameters<World["call"]>[3],
  ): Promise<Readonly<Record<string, Json>>> {
    const answer = await this.world.call(method, path, body, audience);
    const shown = this.#shown(`${method} ${path}${body === undefined ? "" : ` ${JSON.stringify(body)}`}`);
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
  { act, ...numbers }: DrawnAct,
): Promise<"done" | "notApplicable" | RefusedAct> {
  const row = acts.find(({ name }) => name === act);
  if (row === undefined) throw new Error(`There is no act "${act}".`);
  try {
    await row.run(hand, numbers);
    return "done";
  } catch (error) {
    if (error instanceof NotApplicable) return "notApplicable";
    if (error instanceof RefusedAct) return error;
    throw error;
  }
}

const reference = (id: string) => ({ "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${id}` });
const entitlement = "/beta/identityGovernance/entitlementManagement";

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
const shownName = (hand: Hand, word: string, c: number): string =>
  `${word} ${hand.next}${strange[c % strange.length] ?? ""}`;

const domains = {
  exact: "fabrikam-security.example",
  subdomain: "soc.fabrikam-security.example",
  other: "woodgrove-watch.example",
  stranger: "adatum.example",
} as const;

function invite(domain: keyof typeof domains): ActRow["run"] {
  return (hand) =>
    hand.graph("POST", "/v1.0/invitations", {
      invitedUserEmailAddress: `mallory${hand.next}@${domains[domain]}`,
      inviteRedirectUrl: "https://portal.azure.com",
      sendInvitationMessage: false,
    });
}

async function partner(hand: Hand, body: object, tenant = msspTenantId): Promise<void> {
  const path = "/v1.0/policies/crossTenantAccessPolicy/partners";
  if (!hand.world.customer.objects("crossTenantAccessPartners").has(tenant))
    await hand.graph("POST", path, { tenantId: tenant });
  await hand.graph("PATCH", `${path}/${tenant}`, body);
}

const everyone = {
  usersAndGroups: { accessType: "allowed", targets: [{ target: "AllUsers", targetType: "user" }] },
  applications: { accessType: "allowed", targets: [{ target: "AllApplications", targetType: "application" }] },
};

const roles = ["Security Reader", "Security Administrator", "Global Reader", "User Administrator"] as const;

/** A person, an application or a group that one of them is in. */
function holder(hand: Hand, a: number): StoredObject {
  return hand.one([...hand.people(), ...hand.applications()], a);
}

/** Objects that have no such link to this one. */
function without(hand: Hand, collection: string, link: string, to: string): StoredObject[] {
  const links = hand.world.customer.links(`${collection}.${link}`);
  return hand.all(collection).filter(({ id }) => links.get(id)?.includes(to) !== true);
}

function directoryRole(path: string, more: object = {}): ActRow["run"] {
  return (hand, { a, b, c }) => {
    const isGroup = c % 4 === 3;
    const groups = hand.groups().filter((group) => group["isAssignableToRole"] === true);
    const principal = isGroup ? hand.one(groups, a) : holder(hand, a);
    const scopes = [
      "/",
      "/",
      `/${hand.one(hand.all("applications"), c).id}`,
      "/administrativeUnits/5e11ab1e-0000-4000-8000-000000000001",
    ];
    return hand.graph("POST", path, {
      principalId: principal.id,
      roleDefinitionId: directoryRoleTemplates[hand.one(roles, b)],
      directoryScopeId: scopes[c % scopes.length],
      ...more,
    });
  };
}

const eligible = {
  action: "adminAssign",
  justification: "on call",
  scheduleInfo: { expiration: { type: "noExpiration" } },
};

/** An application of the MSSP's that the customer consents to. */
function consent(hand: Hand, c: number, homeTenantId: string): StoredObject {
  const { customer, cloud } = hand.world;
  const number = hand.next;
  const applicationId = derivedId(homeTenantId, `search/${number}`);
  const description = {
    applicationId,
    displayName: shownName(hand, "Fabrikam Insights", c),
    signInAudience: "AzureADMultipleOrgs",
  } as const;
  const permissions = [[], ["User.Read.All"], ["Group.ReadWrite.All", "Application.ReadWrite.OwnedBy"]][c % 3] ?? [];
  let made: StoredObject | undefined;
  hand.store(
    `the customer consents to "${description.displayName}" of tenant ${homeTenantId}: ${permissions.join(", ") || "no permission"}`,
    () => {
      addApplication(cloud.tenant(homeTenantId), description);
      made = addConsentedServicePrincipal(
        customer,
        { ...description, homeTenantId },
        { [microsoftGraph.appId]: permissions },
      );
    },
  );
  if (made === undefined) throw new NotApplicable();
  return made;
}

function graphPrincipal(hand: Hand): StoredObject {
  return hand.one(
    hand.all("servicePrincipals").filter(({ appId }) => appId === microsoftGraph.appId),
    0,
  );
}

async function lighthouse(hand: Hand, b: number, c: number, managedByTenantId: string): Promise<void> {
  const { subscriptionId } = hand.world;
  const name = derivedId(tenantId, `lighthouse/${hand.next}`);
  const subscription = `/subscriptions/${subscriptionId}`;
  const definition = `${subscription}/providers/Microsoft.ManagedServices/registrationDefinitions/${name}`;
  const names = ["Contributor", "Microsoft Sentinel Responder", "Reader"] as const;
  await hand.azure("PUT", `${definition}?api-version=2022-10-01`, {
    properties: {
      registrationDefinitionName: shownName(hand, "Managed", c),
      managedByTenantId,
      authorizations: [
        { principalId: "5ec0de00-67f0-4000-8000-000000000001", roleDefinitionId: azureRoles[hand.one(names, b)] },
      ],
    },
  });
  const scope = c % 2 === 0 ? subscription : `${subscription}/resourceGroups/sentinel`;
  const assignment = `${scope}/providers/Microsoft.ManagedServices/registrationAssignments/${name}`;
  await hand.azure("PUT", `${assignment}?api-version=2022-10-01`, {
    properties: { registrationDefinitionId: definition },
  });
}

async function policy(hand: Hand, requestorSettings: object, c: number): Promise<void> {
  const catalog = await hand.graph("POST", `${entitlement}/accessPackageCatalogs`, {
    displayName: shownName(hand, "Partners", c),
    description: "by hand",
  });
  const accessPackage = await hand.graph("POST", `${entitlement}/accessPackages`, {
    catalogId: catalog["id"],
    displayName: shownName(hand, "Partner access", c),
    description: "by hand",
  });
  await hand.graph("POST", `${entitlement}/accessPackageAssignmentPolicies`, {
    accessPackageId: accessPackage["id"],
    displayName: "Partners ask",
    description: "by hand",
    durationInDays: 30,
    requestorSettings: { acceptRequests: true, ...requestorSettings },
  });
}

const users = (list: object) => ({
  displayName: "Require MFA",
  state: "enabled",
  conditions: {
    clientAppTypes: ["all"],
    applications: { includeApplications: ["All"] },
    users: { includeUsers: ["All"], ...list },
  },
  grantControls: { operator: "OR", builtInControls: ["mfa"] },
});

/** Objects of the directory that an act renames, marks or deletes: never the administration, nor Microsoft's. */
function listObjects(hand: Hand, c: number): readonly [string, StoredObject[]] {
  const own = (object: StoredObject) =>
    !/Administrat|Automation/.test(jsonText(object["displayName"])) &&
    object["appOwnerOrganizationId"] !== "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
  const collection = (["groups", "users", "applications", "servicePrincipals"] as const)[c % 4] ?? "groups";
  return [collection, hand.all(collection).filter(own)];
}

export const acts: readonly ActRow[] = [
  { name: "invite", makes: ["person"], run: invite("exact") },
  { name: "invite of a subdomain", makes: ["person"], run: invite("subdomain") },
  { name: "invite of the other MSSP", makes: [], run: invite("other") },
  { name: "invite a stranger", makes: [], run: invite("stranger") },
  {
    name: "convert to a member",
    makes: ["person"],
    run: (hand, { a }) => hand.graph("PATCH", `/v1.0/users/${hand.one(hand.people(), a).id}`, { userType: "Member" }),
  },
  {
    name: "give a person of the MSSP an account",
    makes: ["person"],
    run: (hand) => {
      const number = hand.next;
      return hand.graph("POST", "/v1.0/users", {
        accountEnabled: true,
        displayName: `Trudy ${number}`,
        mailNickname: `trudy${number}`,
        userPrincipalName: `trudy${number}@contoso.example`,
        otherMails: [`trudy${number}@${domains.exact}`],
        passwordProfile: { password: "Correct-Horse-1" },
      });
    },
  },
  {
    name: "disable a person",
    makes: [],
    run: (hand, { a }) =>
      hand.graph("PATCH", `/v1.0/users/${hand.one(hand.people(), a).id}`, { accountEnabled: false }),
  },
  {
    name: "make a group",
    makes: [],
    run: (hand, { b, c }) => {
      const number = hand.next;
      return hand.graph("POST", "/v1.0/groups", {
        displayName: shownName(hand, "Payroll", c),
        mailEnabled: false,
        mailNickname: `payroll${number}`,
        securityEnabled: true,
        isAssignableToRole: b % 2 === 0,
      });
    },
  },
  {
    name: "add to a group",
    makes: ["membership"],
    run: (hand, { a, b }) => {
      const { id } = holder(hand, a);
      const group = hand.one(without(hand, "groups", "members", id), b);
      return hand.graph("POST", `/v1.0/groups/${group.id}/members/$ref`, reference(id));
    },
  },
  {
    name: "put a group into a group",
    makes: ["membership"],
    run: (hand, { a, b }) => {
      const inner = hand.one(hand.groups(), a);
      const outer = hand.one(
        hand.groups().filter(({ id }) => id !== inner.id),
        b,
      );
      return hand.graph("POST", `/v1.0/groups/${outer.id}/members/$ref`, reference(inner.id));
    },
  },
  {
    name: "own a group",
    makes: ["groupOwnership"],
    run: (hand, { a, b }) => {
      const { id } = holder(hand, a);
      const group = hand.one(without(hand, "groups", "owners", id), b);
      return hand.graph("POST", `/v1.0/groups/${group.id}/owners/$ref`, reference(id));
    },
  },
  {
    name: "make eligible for a group",
    makes: ["eligibility"],
    run: (hand, { a, b, c }) =>
      hand.graph("POST", "/v1.0/identityGovernance/privilegedAccess/group/eligibilityScheduleRequests", {
        ...eligible,
        scheduleInfo: { expiration: { type: "afterDuration", duration: "P30D" } },
        accessId: c % 2 === 0 ? "member" : "owner",
        groupId: hand.one(hand.groups(), b).id,
        principalId: hand.one(hand.people(), a).id,
      }),
  },
  {
    name: "wait for the approval of an activation",
    makes: ["activation"],
    run: (hand, { a, b }) => {
      const [groupId, principalId] = [hand.one(hand.groups(), b).id, hand.one(hand.people(), a).id];
      const id = derivedId(tenantId, `activation/${hand.next}`);
      hand.store(`a pending request of {users ${principalId}} to activate their membership of group ${groupId}`, () => {
        hand.world.customer
          .objects("assignmentScheduleRequests")
          .set(id, { id, action: "selfActivate", accessId: "member", groupId, principalId, status: "PendingApproval" });
      });
      return Promise.resolve();
    },
  },
  {
    name: "assign a directory role",
    makes: ["directoryRole"],
    run: directoryRole("/v1.0/roleManagement/directory/roleAssignments"),
  },
  {
    name: "make eligible for a directory role",
    makes: ["eligibleDirectoryRole"],
    run: directoryRole("/v1.0/roleManagement/directory/roleEligibilityScheduleRequests", eligible),
  },
  {
    name: "assign a Defender role",
    makes: ["defenderRole"],
    run: async (hand, { a, c }) => {
      const role = await hand.graph("POST", "/beta/roleManagement/defender/roleDefinitions", {
        displayName: shownName(hand, "Hunters", c),
        description: "by hand",
        rolePermissions: [{ allowedResourceActions: ["microsoft.xdr/secops/securitydata/read"] }],
      });
      const principal = c % 2 === 0 ? hand.one(hand.people(), a) : hand.one(hand.groups(), a);
      await hand.graph("POST", "/beta/roleManagement/defender/roleAssignments", {
        displayName: shownName(hand, "Hunters", c),
        roleDefinitionId: role["id"],
        principalIds: [principal.id],
        directoryScopeIds: ["/"],
        appScopeIds: ["/"],
      });
    },
  },
  {
    name: "register an application",
    makes: [],
    run: async (hand, { c }) => {
      const { appId } = await hand.graph("POST", "/v1.0/applications", { displayName: shownName(hand, "Expenses", c) });
      await hand.graph("POST", "/v1.0/servicePrincipals", { appId });
    },
  },
  {
    name: "own an application",
    makes: ["applicationOwnership"],
    run: (hand, { a, b }) => {
      const { id } = holder(hand, a);
      const application = hand.one(without(hand, "applications", "owners", id), b);
      return hand.graph("POST", `/v1.0/applications/${application.id}/owners/$ref`, reference(id));
    },
  },
  {
    name: "own a service principal",
    makes: ["servicePrincipalOwnership"],
    run: (hand, { a, b }) => {
      const own = hand
        .all("servicePrincipals")
        .filter(({ appOwnerOrganizationId }) => [tenantId, msspTenantId].includes(jsonText(appOwnerOrganizationId)));
      return hand.graph(
        "POST",
        `/v1.0/servicePrincipals/${hand.one(own, b).id}/owners/$ref`,
        reference(holder(hand, a).id),
      );
    },
  },
  {
    name: "consent to another application of the MSSP",
    makes: ["application", "applicationPermission"],
    run: (hand, { c }) => Promise.resolve(consent(hand, c, msspTenantId)),
  },
  {
    name: "consent to an application of the other MSSP",
    makes: [],
    run: (hand, { c }) => Promise.resolve(consent(hand, c, otherMsspTenantId)),
  },
  {
    name: "give a permission",
    makes: ["applicationPermission"],
    run: (hand, { a, b }) => {
      const resource = graphPrincipal(hand);
      const list = resource["appRoles"] as unknown as readonly { readonly id: string }[];
      const principalId = hand.one(hand.applications(), a).id;
      return hand.graph("POST", `/v1.0/servicePrincipals/${principalId}/appRoleAssignments`, {
        principalId,
        resourceId: resource.id,
        appRoleId: hand.one(list, b * 7).id,
      });
    },
  },
  {
    name: "assign an app role to people",
    makes: ["appRole"],
    run: (hand, { a, b, c }) => {
      const own = hand
        .all("servicePrincipals")
        .filter(({ appOwnerOrganizationId }) => appOwnerOrganizationId === tenantId);
      const resourceId = hand.one(own, b).id;
      const [set, principalId] =
        c % 2 === 0 ? ["users", hand.one(hand.people(), a).id] : ["groups", hand.one(hand.groups(), a).id];
      return hand.graph("POST", `/v1.0/${set}/${principalId}/appRoleAssignments`, {
        principalId,
        resourceId,
        appRoleId: "00000000-0000-0000-0000-000000000000",
      });
    },
  },
  {
    name: "consent to delegated permissions",
    makes: ["delegatedConsent"],
    run: (hand, { a, b, c }) =>
      hand.graph("POST", "/v1.0/oauth2PermissionGrants", {
        clientId: hand.one(c % 2 === 0 ? hand.applications() : [...hand.applications(), ...listObjects(hand, 3)[1]], a)
          .id,
        consentType: c % 2 === 0 ? "AllPrincipals" : "Principal",
        ...(c % 2 === 0 ? {} : { principalId: hand.one(hand.people(), b).id }),
        resourceId: graphPrincipal(hand).id,
        scope: ["Directory.ReadWrite.All", "User.Read Mail.Read"][b % 2],
      }),
  },
  {
    name: "add a secret",
    makes: ["credential"],
    run: (hand, { b, c }) =>
      hand.graph("POST", `/v1.0/applications/${hand.one(hand.all("applications"), b).id}/addPassword`, {
        passwordCredential: { displayName: shownName(hand, "spare", c) },
      }),
  },
  {
    name: "add a secret to a service principal",
    makes: ["credential"],
    run: (hand, { a, c }) =>
      hand.graph("POST", `/v1.0/servicePrincipals/${hand.one(hand.applications(), a).id}/addPassword`, {
        passwordCredential: { displayName: shownName(hand, "spare", c) },
      }),
  },
  {
    name: "add a federated credential",
    makes: ["federatedCredential"],
    run: (hand, { b }) =>
      hand.graph(
        "POST",
        `/v1.0/applications/${hand.one(hand.all("applications"), b).id}/federatedIdentityCredentials`,
        {
          name: `pipeline${hand.next}`,
          issuer: `https://login.microsoftonline.com/${msspTenantId}/v2.0`,
          subject: "pipeline",
          audiences: ["api://AzureADTokenExchange"],
        },
      ),
  },
  {
    name: "synchronize the MSSP's people",
    makes: ["partnerSynchronization"],
    run: async (hand) => {
      await partner(hand, {});
      const path = `/v1.0/policies/crossTenantAccessPolicy/partners/${msspTenantId}/identitySynchronization`;
      await hand.graph("PUT", path, { displayName: "Fabrikam", userSyncInbound: { isSyncAllowed: true } });
    },
  },
  {
    name: "allow direct connect",
    makes: ["partnerDirectConnect"],
    run: (hand) => partner(hand, { b2bDirectConnectInbound: everyone }),
  },
  {
    name: "allow collaboration",
    makes: ["partnerCollaboration"],
    run: (hand) => partner(hand, { b2bCollaborationInbound: everyone }),
  },
  {
    name: "trust the MSSP",
    makes: ["partnerTrust"],
    run: (hand, { c }) =>
      partner(hand, {
        inboundTrust: {
          isMfaAccepted: c % 2 === 0,
          isCompliantDeviceAccepted: true,
          isHybridAzureADJoinedDeviceAccepted: c % 3 === 0,
        },
      }),
  },
  {
    name: "redeem invitations automatically",
    makes: ["partnerConsent"],
    run: (hand) => partner(hand, { automaticUserConsentSettings: { inboundAllowed: true, outboundAllowed: false } }),
  },
  {
    name: "allow the other MSSP",
    makes: [],
    run: (hand) => partner(hand, { b2bDirectConnectInbound: everyone }, otherMsspTenantId),
  },
  {
    name: "connect an organization",
    makes: ["connectedOrganization"],
    run: (hand, { c }) => {
      const sources = [
        {
          "@odata.type": "#microsoft.graph.azureActiveDirectoryTenant",
          tenantId: msspTenantId,
          displayName: "Fabrikam",
        },
        { "@odata.type": "#microsoft.graph.domainIdentitySource", domainName: domains.exact, displayName: "Fabrikam" },
        {
          "@odata.type": "#microsoft.graph.domainIdentitySource",
          domainName: domains.subdomain,
          displayName: "Fabrikam SOC",
        },
      ];
      return hand.graph("POST", "/v1.0/identityGovernance/entitlementManagement/connectedOrganizations", {
        displayName: shownName(hand, "Partner", c),
        description: "by hand",
        identitySources: [hand.one(sources, c)],
        state: "configured",
      });
    },
  },
  {
    name: "let the connected organizations ask",
    makes: ["packageRequest"],
    run: (hand, { a, c }) => {
      const id = hand.one(hand.all("connectedOrganizations"), a).id;
      const named = { "@odata.type": "#microsoft.graph.connectedOrganizationMembers", id, isBackup: false };
      return policy(
        hand,
        c % 2 === 0
          ? { scopeType: "SpecificConnectedOrganizationSubjects", allowedRequestors: [named] }
          : { scopeType: "AllConfiguredConnectedOrganizationSubjects" },
        c,
      );
    },
  },
  {
    name: "let anybody ask",
    makes: ["packageRequest"],
    run: (hand, { c }) => policy(hand, { scopeType: "AllExternalSubjects" }, c),
  },
  {
    name: "let a person ask",
    makes: ["packageRequest"],
    run: (hand, { a, c }) =>
      policy(
        hand,
        {
          scopeType: "SpecificDirectorySubjects",
          allowedRequestors: [
            { "@odata.type": "#microsoft.graph.singleUser", id: hand.one(hand.people(), a).id, isBackup: false },
          ],
        },
        c,
      ),
  },
  {
    name: "assign an access package",
    makes: ["accessPackage"],
    run: (hand, { a, b }) => {
      const chosen = hand.one(hand.all("accessPackageAssignmentPolicies"), b);
      return hand.graph("POST", `${entitlement}/accessPackageAssignmentRequests`, {
        requestType: "AdminAdd",
        accessPackageAssignment: {
          targetId: hand.one(hand.people(), a).id,
          assignmentPolicyId: chosen.id,
          accessPackageId: chosen["accessPackageId"],
        },
      });
    },
  },
  {
    name: "exclude a person from Conditional Access",
    makes: ["conditionalAccessExclusion"],
    run: (hand, { a }) =>
      hand.graph(
        "POST",
        "/v1.0/identity/conditionalAccess/policies",
        users({ excludeUsers: [hand.one(hand.people(), a).id] }),
      ),
  },
  {
    name: "exclude a group from Conditional Access",
    makes: ["conditionalAccessExclusion"],
    run: (hand, { b }) =>
      hand.graph(
        "POST",
        "/v1.0/identity/conditionalAccess/policies",
        users({ excludeGroups: [hand.one(hand.groups(), b).id] }),
      ),
  },
  {
    name: "exclude the MSSP's tenant from Conditional Access",
    makes: ["conditionalAccessExclusion"],
    run: (hand, { c }) => {
      const tenants =
        c % 2 === 0
          ? {
              "@odata.type": "#microsoft.graph.conditionalAccessEnumeratedExternalTenants",
              membershipKind: "enumerated",
              members: [msspTenantId],
            }
          : { "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", membershipKind: "all" };
      return hand.graph(
        "POST",
        "/v1.0/identity/conditionalAccess/policies",
        users({
          excludeGuestsOrExternalUsers: { guestOrExternalUserTypes: "b2bCollaborationGuest", externalTenants: tenants },
        }),
      );
    },
  },
  {
    name: "delegate a subscription",
    makes: ["lighthouse"],
    run: (hand, { b, c }) => lighthouse(hand, b, c, msspTenantId),
  },
  {
    name: "delegate a subscription to the other MSSP",
    makes: [],
    run: (hand, { b, c }) => lighthouse(hand, b, c, otherMsspTenantId),
  },
  {
    name: "assign an Azure role",
    makes: ["azureRole"],
    run: (hand, { a, b, c }) => {
      const names = ["Contributor", "Reader", "Microsoft Sentinel Reader", "Key Vault Secrets User"] as const;
      const subscription = `/subscriptions/${hand.world.subscriptionId}`;
      const scope = c % 2 === 0 ? subscription : `${subscription}/resourceGroups/sentinel`;
      const id = derivedId(tenantId, `azureRole/${hand.next}`);
      return hand.azure(
        "PUT",
        `${scope}/providers/Microsoft.Authorization/roleAssignments/${id}?api-version=2022-04-01`,
        {
          properties: {
            principalId: holder(hand, a).id,
            roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${azureRoles[hand.one(names, b)]}`,
          },
        },
      );
    },
  },
  {
    name: "accept a relationship of Partner Center",
    makes: ["gdap"],
    run: (hand, { c }) => {
      const id = derivedId(tenantId, `gdap/${hand.next}`);
      const unifiedRoles = [{ roleDefinitionId: directoryRoleTemplates["Security Reader"] }];
      hand.store("a GDAP relationship of the MSSP's tenant with the customer's, active", () => {
        hand.world.mssp.objects("delegatedAdminRelationships").set(id, {
          id,
          displayName: shownName(hand, "GDAP", c),
          customer: { tenantId, displayName: "Contoso" },
          accessDetails: { unifiedRoles },
          status: "active",
        });
      });
      return Promise.resolve();
    },
  },
  {
    name: "accept a governance relationship",
    makes: ["governance"],
    run: (hand) => {
      const id = derivedId(tenantId, "governance");
      hand.store("a governance relationship with the MSSP's tenant, active", () => {
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
            delegatedAdministrationRoleAssignments: [
              {
                groupDisplayName: "SOC",
                groupId: id,
                roleTemplates: [{ id: directoryRoleTemplates["Security Reader"], name: "Security Reader" }],
              },
            ],
          },
        });
      });
      return Promise.resolve();
    },
  },
  {
    name: "send alerts by mail",
    makes: ["notification"],
    run: (hand, { c }) =>
      hand.defender("PUT", `/notificationRules/${encodeURIComponent(shownName(hand, "Mail", c % 3))}`, {
        severities: ["High"],
        recipients: [`alerts@${c % 2 === 0 ? domains.exact : domains.subdomain}`],
        includeOrganizationName: true,
        includeTenantPortalLink: true,
        includeDeviceInformation: true,
      }),
  },
  {
    name: "authorize an application for the legacy alerts",
    makes: ["siemAuthorization"],
    run: (hand, { a }) =>
      hand.defender("PUT", `/siemAuthorizations/${jsonText(hand.one(hand.applications(), a)["appId"])}`, {
        msspTenantId,
      }),
  },
  {
    name: "withdraw a permission of the automation",
    makes: [],
    run: (hand, { a }) => {
      const automation = hand.all("servicePrincipals").find(({ appId }) => appId === automationApplicationId);
      const permissions = hand.all("appRoleAssignments").filter(({ principalId }) => principalId === automation?.id);
      const { id, resourceId } = hand.one(permissions, a);
      return hand.graph("DELETE", `/v1.0/servicePrincipals/${jsonText(resourceId)}/appRoleAssignedTo/${id}`);
    },
  },
  {
    name: "rename",
    makes: [],
    run: (hand, { a, b, c }) => {
      const [collection, objects] = listObjects(hand, b);
      return hand.graph("PATCH", `/v1.0/${collection}/${hand.one(objects, a).id}`, {
        displayName: shownName(hand, "Renamed", c),
      });
    },
  },
  {
    name: "copy the stack's mark",
    makes: [],
    run: (hand, { a }) => {
      const marked = hand.groups().find(({ description }) => /defender-mssp/.test(jsonText(description)));
      if (marked === undefined) throw new NotApplicable();
      const others = hand.groups().filter(({ id }) => id !== marked.id);
      return hand.graph("PATCH", `/v1.0/groups/${hand.one(others, a).id}`, { description: marked["description"] });
    },
  },
  {
    name: "remove a mark",
    makes: [],
    run: (hand, { a }) => {
      const marked = hand.groups().filter(({ description }) => /defender-mssp/.test(jsonText(description)));
      return hand.graph("PATCH", `/v1.0/groups/${hand.one(marked, a).id}`, { description: "by hand" });
    },
  },
  {
    name: "delete",
    makes: ["restorable"],
    run: (hand, { a, b }) => {
      const [collection, objects] = listObjects(hand, b);
      return hand.graph("DELETE", `/v1.0/${collection}/${hand.one(objects, a).id}`);
    },
  },
  {
    name: "restore",
    makes: ["person", "membership"],
    run: (hand, { a }) => {
      const { object } = hand.one([...hand.world.customer.deleted.values()], a);
      return hand.graph("POST", `/v1.0/directory/deletedItems/${object.id}/restore`);
    },
  },
];
