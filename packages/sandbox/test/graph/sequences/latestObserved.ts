/**
 * The answers of Graph in observed-3.json. Those of Entra, Azure and Defender are replayed by
 * `test/observed.test.ts`.
 */
import { readObserved, type Exceptions } from "../support/observed";
import type { As, Body } from "../support/harness";
import type { Recording, Replay, Stage } from "../support/replay";

const domain = "contoso-example.onmicrosoft.com";
const principalName = `$azure-cli-test-user#000001@${domain}`;
const keyed = (more = "") => `/v1.0/users('${encodeURIComponent(principalName)}')${more}`;
const names: Exceptions = {
  userPrincipalName: "another domain",
  "value[].userPrincipalName": "another domain",
  publisherDomain: "another domain",
  "value[].publisherDomain": "another domain",
};
const audienceOf2022: Exceptions = {
  signInAudience: "the default of 2022; AzureADMyOrg since",
  "api.requestedAccessTokenVersion": "2 with the default audience of 2022; null since",
};
const timesOfPim: Exceptions = {
  "@odata.context": "left out by the sandbox's client",
  createdDateTime: "whole seconds in the sandbox",
  completedDateTime: "whole seconds in the sandbox",
  targetScheduleId: "names another request",
  createdBy: "the sandbox does not record who asked",
  "scheduleInfo.startDateTime": "whole seconds in the sandbox",
  approvalId: "left out by the page",
  customData: "left out by the page",
  ticketInfo: "left out by the page",
};

const cliUser: Body = {
  userPrincipalName: principalName,
  displayName: "$azure-cli-test-user#000001",
  passwordProfile: { password: "password-000001", forceChangePasswordNextSignIn: false },
  mailNickname: "$azure-cli-test-user#000001",
  accountEnabled: true,
};
const withCliUser = async (stage: Stage): Promise<[]> => {
  await stage.before("POST", "/v1.0/users", cliUser);
  return [];
};

/** A group, a user, and a body for PIM. */
const eligibility: Pick<Replay, "prepare" | "body"> = {
  prepare: (stage) => {
    stage.group(3);
    stage.user(4);
    return [];
  },
  body: (recorded, stage) => forGroup(recorded, stage),
};

function forGroup(recorded: Body | null, { graph }: Stage): Body {
  const now = graph.cloud.now().getTime();
  const at = (days: number) => new Date(now + days * 86_400_000).toISOString();
  const texts: Readonly<Record<string, string>> = { "{now}": at(0), "{soon}": at(2) };
  const numbers = JSON.stringify(recorded)
    .replaceAll("{group}", "dddddddd-0000-4000-8000-000000000003")
    .replaceAll("{user}", "cccccccc-0000-4000-8000-000000000004")
    .replaceAll(/\{(now|soon)\}/g, (name) => texts[name] ?? "");
  return JSON.parse(numbers) as Body;
}

const advanced = { consistencylevel: "eventual" };
const conditionalAccess: Exceptions = {
  "@odata.context": "the page of 2019 has the older context",
  createdDateTime: "whole seconds",
  ...Object.fromEntries(
    [
      ...["description", "deletedDateTime", "templateId", "grantControls.authenticationStrength"],
      ...["userRiskLevels", "servicePrincipalRiskLevels", "insiderRiskLevels", "devices", "clientApplications"].map(
        (name) => `conditions.${name}`,
      ),
      ...["authenticationFlows", "applications.applicationFilter", "users.includeGuestsOrExternalUsers"].map(
        (name) => `conditions.${name}`,
      ),
      "conditions.users.excludeGuestsOrExternalUsers",
      "conditions.applications.includeAuthenticationContextClassReferences",
    ].map((name) => [name, "added after the page of 2019"]),
  ),
};

/** The entries of other services. */
export const otherServices: readonly string[] = [
  ...["ms-def-put", "ms-def-get", "ms-asg-put", "ms-asg-op", "ms-asg-get", "ms-asg-del", "ms-asg-delop"],
  ...["ms-asg-list", "ms-def-del", "ms-def-list", "ra-put", "ra-list-sub", "ra-list-rg", "rd-filter", "ra-atscope"],
  ...["arm-ra-exists", "arm-principal", "kv-401", "kv-403"],
  ...["tok-7000218", "tok-7000216", "tok-70021", "tok-9002313", "tok-700025"],
  ...["inc-list", "inc-expand", "alerts", "hunt", "hunt-docquery"],
];

export const latestObserved: Recording = {
  file: "observed-3.json",
  replays: {
    "app-uri-post": { request: "POST /v1.0/applications 201", exceptions: { ...names, ...audienceOf2022 } },
    "app-uri-any": {
      request: "GET /v1.0/applications 200",
      prepare: (stage) => [stage.placeNamed("applications", "app-uri-any")],
      exceptions: names,
    },
    "app-uri-any-none": { request: "GET /v1.0/applications 200", prepare: (stage) => [stage.application(1)] },
    "upn-post": { request: "POST /v1.0/users 201", body: () => cliUser, exceptions: names },
    "upn-patch": {
      request: "PATCH /v1.0/users('%24azure-cli-test-user%23000001%40{domain}') 204",
      path: keyed(),
      prepare: withCliUser,
    },
    "upn-get": {
      request: "GET /v1.0/users('%24azure-cli-test-user%23000001%40{domain}') 200",
      path: keyed(),
      prepare: withCliUser,
      exceptions: names,
    },
    "upn-list": { request: "GET /v1.0/users 200", prepare: withCliUser, exceptions: names },
    "upn-groups": {
      request: "POST /v1.0/users('%24azure-cli-test-user%23000001%40{domain}')/getMemberGroups 200",
      path: keyed("/getMemberGroups"),
      prepare: withCliUser,
    },
    "upn-delete": {
      request: "DELETE /v1.0/users('%24azure-cli-test-user%23000001%40{domain}') 204",
      path: keyed(),
      prepare: withCliUser,
    },
    "grp-nick-bad": { request: "POST /v1.0/groups 400" },
    "grp-nick-missing": {
      request: "POST /v1.0/groups 400",
      exceptions: { "error.details": "not shown in the report" },
    },
    "sp-filter-ara": { request: "GET /v1.0/servicePrincipals 400" },
    "sp-filter-ne": { request: "GET /v1.0/servicePrincipals 400" },
    "sp-filter-keycred": { request: "GET /v1.0/servicePrincipals 400" },
    "user-filter-plans": { request: "GET /v1.0/users 400" },
    "grp-filter-null": { request: "GET /v1.0/groups 400", headers: advanced },
    "ref-filter-members": {
      request: "GET /v1.0/groups/{id}/members/microsoft.graph.user 400",
      headers: advanced,
      prepare: (stage) => [stage.group(3)],
    },
    "ref-filter-memberof": {
      request: "GET /v1.0/users/{id}/memberOf/microsoft.graph.group 400",
      prepare: (stage) => [stage.user(4)],
    },
    "member-del-404": {
      request: "DELETE /v1.0/groups/{group}/members/{user}/$ref 404",
      prepare: (stage) => [stage.group(3), stage.user(4)],
      exceptions: { "error.message": "the group's ID, asserted by the member's own sequence" },
    },
    "member-del-noref": {
      request: "DELETE /v1.0/groups/{group}/members/{user} 400",
      prepare: (stage) => [stage.group(3), stage.user(4)],
    },
    "ara-mismatch": {
      request: "POST /v1.0/servicePrincipals/{client}/appRoleAssignedTo 400",
      prepare: (stage) => [stage.servicePrincipal(4)],
      body: (_recorded, stage) => ({
        principalId: stage.servicePrincipal(4),
        resourceId: stage.place("servicePrincipals", {
          id: "bbbbbbbb-0000-4000-8000-000000000012",
          appId: "a0a0a0a0-0000-4000-8000-000000000012",
          displayName: "resource",
        }),
        appRoleId: "00000000-0000-0000-0000-000000000000",
      }),
    },
    "ca-1007": { request: "POST /v1.0/identity/conditionalAccess/policies 400" },
    "ca-403": {
      request: "POST /v1.0/identity/conditionalAccess/policies 403",
      as: (): As => ({ roles: ["Policy.Read.All"] }),
      exceptions: { "error.message": "with the sandbox's hint at the missing permission" },
    },
    "pim-expiration": {
      request: "POST /v1.0/identityGovernance/privilegedAccess/group/eligibilityScheduleRequests 400",
      ...eligibility,
    },
    "pim-exists": {
      request: "POST /v1.0/identityGovernance/privilegedAccess/group/eligibilityScheduleRequests 400",
      prepare: async (stage) => {
        stage.group(3);
        stage.user(4);
        const [path, key] = ["/v1.0/identityGovernance/privilegedAccess/group", "pim-exists"];
        const recorded = readObserved("observed-3.json").find((entry) => entry.key === key)?.requestBody ?? null;
        await stage.before("POST", `${path}/eligibilityScheduleRequests`, forGroup(recorded, stage));
        return [];
      },
      body: forGroup,
    },
    "pim-elig": {
      request: "POST /v1.0/identityGovernance/privilegedAccess/group/eligibilityScheduleRequests 201",
      ...eligibility,
      exceptions: { ...timesOfPim, "scheduleInfo.expiration.endDateTime": "later than the page's" },
    },
    "ca-post-mfa": {
      request: "POST /v1.0/identity/conditionalAccess/policies 201",
      body: (recorded, stage) => forGroup(recorded, stage),
      exceptions: conditionalAccess,
    },
    "ca-post-block": {
      request: "POST /v1.0/identity/conditionalAccess/policies 201",
      body: (recorded, stage) => forGroup(recorded, stage),
      exceptions: conditionalAccess,
    },
    "role-asg": {
      request: "POST /v1.0/roleManagement/directory/roleAssignments 201",
      body: (_recorded, stage) => ({
        "@odata.type": "#microsoft.graph.unifiedRoleAssignment",
        roleDefinitionId: [...stage.tenant.objects("roleDefinitions").keys()][0] ?? "",
        principalId: stage.user(4),
        directoryScopeId: "/",
      }),
      exceptions: { id: "random" },
    },
    "xtap-default": {
      request: "GET /v1.0/policies/crossTenantAccessPolicy/default 200",
      exceptions: Object.fromEntries(
        [
          ...["@odata.context", "id", "appServiceConnectInbound", "automaticUserConsentSettings"],
          ...["m365CollaborationInbound", "m365CollaborationOutbound", "tenantRestrictions"],
        ].map((name) => [name, "in the metadata, left out by the page"]),
      ),
    },
    "audits-user": {
      request: "GET /v1.0/auditLogs/directoryAudits 200",
      as: (): As => ({ roles: ["AuditLog.Read.All"] }),
    },
  },
  notReplayed: {
    "invitations-get": "404 in the sandbox's own words: the service's is a page of the web server in front of it",
    org: "an excerpt without values; the sandbox has no directorySizeQuota and no isMultipleDataLocationsForServicesEnabled",
    "signins-free": "sequences/additions.ts asserts it, in a tenant with the switch",
    audits: "three decimals here, seven there; the page's example has placeholders for the rest",
    ...Object.fromEntries(otherServices.map((key) => [key, "not of the directory: test/observed.test.ts"])),
  },
};
