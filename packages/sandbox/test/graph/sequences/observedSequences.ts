/**
 * Every recorded answer of the real service, asked for again in a tenant that is as the service's
 * must have been. What can't be the same is named, with the reason.
 */
import { testCertificate } from "../support/certificate";
import { text, type Body, type Harness } from "../support/harness";
import { readObserved, type Exceptions } from "../support/observed";
import { latestObserved } from "./latestObserved";
import { moreObserved } from "./moreObserved";
import { numbered, replaySequences, signedIn, type Replay, type Stage } from "../support/replay";

export function observedSequences(harness: () => Harness): void {
  replaySequences(harness, { file: "observed.json", replays, notReplayed });
  replaySequences(harness, moreObserved);
  replaySequences(harness, latestObserved);
}

const addressOnly = "the sandbox leads nobody to Microsoft: another address, of the same shape";

async function withCertificate(recorded: Body | null): Promise<Body> {
  const { base64 } = await testCertificate("C=AU, ST=Some-State, O=Example Pty Ltd");
  const credentials = (recorded?.["keyCredentials"] ?? []) as Body[];
  return { ...recorded, keyCredentials: credentials.map((credential) => ({ ...credential, key: base64 })) };
}

const audienceOf2022: Exceptions = {
  signInAudience: "the default of 2022; AzureADMyOrg since",
  "api.requestedAccessTokenVersion": "2 with the default audience of 2022; null since",
};

/** By position in observed.json. */
const replays: Readonly<Record<number, Replay>> = {
  0: { request: "GET /v1.0/applications 200" },
  1: {
    request: "POST /v1.0/applications 201",
    exceptions: { servicePrincipalLockConfiguration: "recorded before June 2026, when it was not locked by default" },
  },
  2: { request: "POST /v1.0/applications 201", exceptions: audienceOf2022 },
  3: { request: "POST /v1.0/applications 201", body: withCertificate },
  4: { request: "GET /v1.0/applications 200", prepare: (stage) => [stage.placeAnswer("applications", 4)] },
  5: {
    request: "PATCH /v1.0/applications/{id} 204",
    prepare: (stage) => [stage.placeAnswer("applications", 2)],
    body: withCertificate,
  },
  6: {
    request: "PATCH /v1.0/applications/{id} 204",
    prepare: (stage) => [stage.application(7)],
    body: withCertificate,
  },
  7: { request: "DELETE /v1.0/applications/{id} 204", prepare: (stage) => [stage.application(3)] },
  8: {
    request: "GET /v1.0/applications/{id} 404",
    prepare: async (stage) => {
      await stage.before("DELETE", `/v1.0/applications/${stage.application(3)}`);
      return [numbered("a0a0a0a0", 3)];
    },
  },
  9: {
    request: "POST /v1.0/applications/{id}/addPassword 200",
    prepare: (stage) => [stage.application(1)],
    exceptions: { secretText: "random", hint: "the secret's first characters" },
  },
  10: { request: "GET /v1.0/applications 200", prepare: (stage) => [stage.placeAnswer("applications", 10)] },
  11: {
    request: "POST /v1.0/applications/{id}/removePassword 204",
    prepare: (stage) => [
      stage.application(1, { passwordCredentials: [{ keyId: numbered("e0e0e0e0", 12), displayName: "rbac" }] }),
    ],
  },
  12: { request: "GET /v1.0/applications/{id} 200", prepare: (stage) => [stage.application(6)] },
  13: {
    request: "GET /v1.0/applications/{id}/owners 200",
    prepare: async (stage) => {
      const owner = stage.user(1, { displayName: "owner-user", userPrincipalName: "owner@example.com" });
      const created = await stage.before("POST", "/v1.0/applications", { displayName: "example" }, signedIn(owner));
      return [text(created, "id")];
    },
  },
  14: {
    request: "DELETE /v1.0/applications/{id}/owners/{id}/$ref 204",
    prepare: (stage) => {
      const [application, owner] = [stage.application(1), stage.user(1)];
      stage.link("applications.owners", application, owner);
      return [application, owner];
    },
  },
  15: {
    request: "DELETE /v1.0/directory/deletedItems/{id} 204",
    prepare: async (stage) => {
      const application = stage.application(1);
      await stage.before("DELETE", `/v1.0/applications/${application}`);
      return [application];
    },
  },
  16: {
    request: "GET /v1.0/applications 403",
    as: () => ({ roles: [] }),
    exceptions: { "error.message": "the sandbox says behind it which permission is missing" },
  },
  17: { request: "POST /v1.0/applications 201", exceptions: audienceOf2022 },
  18: {
    request: "GET /v1.0/applications 200",
    prepare: async (stage) => {
      await stage.before("DELETE", `/v1.0/applications/${stage.application(3)}`);
      return [];
    },
  },
  19: { request: "GET /v1.0/applications/{id} 200", prepare: (stage) => [stage.placeAnswer("applications", 19)] },
  20: {
    request: "POST /beta/applications/{id}/federatedIdentityCredentials 201",
    prepare: (stage) => [stage.application(9)],
  },
  21: {
    request: "GET /beta/applications/{id}/federatedIdentityCredentials 200",
    prepare: (stage) => [federated(stage)[0]],
  },
  22: {
    request: "PATCH /beta/applications/{id}/federatedIdentityCredentials/{id} 204",
    prepare: (stage) => federated(stage),
  },
  23: {
    request: "DELETE /beta/applications/{id}/federatedIdentityCredentials/{id} 204",
    prepare: (stage) => federated(stage),
  },
  24: {
    request: "GET /beta/applications/{id}/federatedIdentityCredentials/{name} 200",
    prepare: (stage) => [federated(stage)[0], "Testing"],
  },
  25: {
    request: "POST /v1.0/servicePrincipals 201",
    prepare: (stage) => [stage.application(1, { signInAudience: "AzureADMyOrg" })],
  },
  26: {
    request: "POST /v1.0/servicePrincipals 201",
    prepare: (stage) => [stage.application(4, { identifierUris: ["api://example-app-4"] })],
  },
  27: { request: "GET /v1.0/servicePrincipals 200", prepare: (stage) => [stage.placeAnswer("servicePrincipals", 27)] },
  28: {
    request: "GET /v1.0/servicePrincipals/{id} 200",
    prepare: (stage) => [stage.placeAnswer("servicePrincipals", 28)],
  },
  29: { request: "GET /v1.0/servicePrincipals 200" },
  30: {
    request: "GET /v1.0/servicePrincipals/{id} 200",
    prepare: (stage) => [stage.placeAnswer("servicePrincipals", 30)],
  },
  31: {
    request: "POST /v1.0/servicePrincipals/{id}/addPassword 200",
    prepare: (stage) => [stage.servicePrincipal(11)],
    exceptions: { secretText: "random" },
  },
  32: {
    request: "GET /v1.0/servicePrincipals/{id}/owners 200",
    prepare: async (stage) => {
      stage.application(1);
      const as = signedIn(stage.user(1));
      const body = { accountEnabled: true, appId: numbered("a0a0a0a0", 1) };
      return [text(await stage.before("POST", "/v1.0/servicePrincipals", body, as), "id")];
    },
  },
  33: { request: "DELETE /v1.0/servicePrincipals/{id} 204", prepare: (stage) => [stage.servicePrincipal(1)] },
  34: {
    request: "POST /v1.0/servicePrincipals 409",
    prepare: (stage) => [stage.application(1), stage.servicePrincipal(1)],
    body: () => ({ appId: numbered("a0a0a0a0", 1) }),
  },
  35: { request: "POST /v1.0/servicePrincipals 201", prepare: (stage) => [stage.application(10)] },
  36: { request: "GET /v1.0/servicePrincipals/{id} 404", prepare: () => [numbered("a0a0a0a0", 4)] },
  37: {
    request: "GET /v1.0/servicePrincipals/{id} 200",
    prepare: (stage) => [stage.placeAnswer("servicePrincipals", 37)],
  },
  38: {
    request: "POST /v1.0/oauth2PermissionGrants 201",
    prepare: (stage) => [stage.servicePrincipal(8), stage.servicePrincipal(99)],
  },
  39: {
    request: "GET /v1.0/oauth2PermissionGrants 200",
    prepare: (stage) => [stage.placeAnswer("oauth2PermissionGrants", 38)],
  },
  40: {
    request: "POST /v1.0/oauth2PermissionGrants 409",
    prepare: (stage) => [
      stage.servicePrincipal(8),
      stage.servicePrincipal(99),
      stage.placeAnswer("oauth2PermissionGrants", 38),
    ],
    body: () => readObserved("observed.json")[38]?.requestBody ?? {},
  },
  41: { request: "POST /v1.0/users 201" },
  42: { request: "PATCH /v1.0/users/{id} 204", prepare: (stage) => [stage.user(1)] },
  43: {
    request: "GET /v1.0/users/{upn} 200",
    prepare: (stage) => {
      stage.placeAnswer("users", 43);
      return ["user1@contoso-example.onmicrosoft.com"];
    },
  },
  44: { request: "DELETE /v1.0/users/{id} 204", prepare: (stage) => [stage.user(1)] },
  45: {
    request: "POST /v1.0/users/{id}/getMemberGroups 200",
    prepare: (stage) => {
      const user = stage.user(1);
      stage.link("groups.members", stage.group(1), user);
      return [user];
    },
  },
  46: { request: "POST /v1.0/directoryObjects/getByIds 200", prepare: (stage) => [stage.placeAnswer("groups", 46)] },
  47: {
    request: "POST /v1.0/users 400",
    body: () => ({
      accountEnabled: true,
      displayName: "user",
      mailNickname: "user",
      passwordProfile: { password: "FICTITIOUS-password-1" },
      userPrincipalName: "user@elsewhere.example",
    }),
  },
  48: { request: "POST /v1.0/users 401", body: () => ({}), headers: { authorization: "Bearer expired" } },
  49: {
    request: "GET /v1.0/users/{upn} 200",
    prepare: (stage) => {
      stage.placeAnswer("users", 49);
      return ["owner@example.com"];
    },
  },
  50: { request: "POST /v1.0/groups 201" },
  51: { request: "GET /v1.0/groups 200", prepare: (stage) => [stage.placeAnswer("groups", 51)] },
  52: { request: "GET /v1.0/groups 200", prepare: (stage) => [stage.placeAnswer("groups", 52)] },
  53: { request: "GET /v1.0/groups/{id} 200", prepare: (stage) => [stage.placeAnswer("groups", 53)] },
  54: { request: "DELETE /v1.0/groups/{id} 204", prepare: (stage) => [stage.group(2)] },
  55: {
    request: "GET /v1.0/groups/{id} 404",
    prepare: async (stage) => {
      await stage.before("DELETE", `/v1.0/groups/${stage.group(2)}`);
      return [numbered("dddddddd", 2)];
    },
  },
  56: {
    request: "POST /v1.0/groups/{id}/members/$ref 204",
    prepare: (stage) => {
      stage.group(3);
      return [stage.group(2)];
    },
  },
  57: {
    request: "GET /v1.0/groups/{id}/members 200",
    prepare: (stage) => {
      const [outer, inner] = [stage.group(2), stage.placeAnswer("groups", 57)];
      stage.link("groups.members", outer, inner);
      stage.link("groups.members", inner, stage.user(4));
      return [outer];
    },
  },
  58: {
    request: "DELETE /v1.0/groups/{id}/members/{id}/$ref 204",
    prepare: (stage) => {
      const [group, member] = [stage.group(2), stage.user(4)];
      stage.link("groups.members", group, member);
      return [group, member];
    },
  },
  59: {
    request: "POST /v1.0/directoryObjects/{id}/checkMemberGroups 200",
    prepare: (stage) => {
      const [outer, inner, user] = [stage.group(2), stage.group(3), stage.user(4)];
      stage.link("groups.members", outer, inner);
      stage.link("groups.members", inner, user);
      return [user];
    },
  },
  60: {
    request: "GET /v1.0/groups/{id}/owners 200",
    prepare: async (stage) => {
      const body = { displayName: "g", mailEnabled: false, mailNickname: "g", securityEnabled: true };
      return [text(await stage.before("POST", "/v1.0/groups", body, signedIn(stage.user(1))), "id")];
    },
  },
  61: {
    request: "POST /v1.0/groups/{id}/owners/$ref 204",
    prepare: (stage) => {
      stage.user(4);
      return [stage.group(2)];
    },
  },
  62: {
    request: "POST /v1.0/groups/{id}/owners/$ref 400",
    prepare: (stage) => {
      const [group, owner] = [stage.group(2), stage.user(4)];
      stage.link("groups.owners", group, owner);
      return [group];
    },
  },
  63: { request: "POST /v1.0/groups 201" },
  64: { request: "POST /v1.0/groups/{id}/getMemberGroups 200", prepare: (stage) => [stage.group(2)] },
  65: {
    request: "GET /v1.0/groups/{id}/members 200",
    prepare: (stage) => {
      const group = stage.group(2);
      stage.link("groups.members", group, stage.placeAnswer("users", 65));
      return [group];
    },
  },
  66: {
    request: "POST /beta/roleManagement/directory/roleAssignments 400",
    prepare: async (stage) => {
      await stage.before("POST", "/beta/roleManagement/directory/roleAssignments", roleAssignment(stage));
      return [];
    },
    body: (_recorded, stage) => roleAssignment(stage),
  },
  67: {
    request: "POST /v1.0/servicePrincipals/{id}/appRoleAssignments 201",
    path: "/v1.0/servicePrincipals/{id}/appRoleAssignedTo",
    prepare: (stage) => {
      stage.user(1);
      return [stage.place("servicePrincipals", { ...withRole, id: numbered("bbbbbbbb", 12) })];
    },
    body: () => ({
      appRoleId: numbered("9a9a9a9a", 1),
      principalId: numbered("cccccccc", 1),
      resourceId: numbered("bbbbbbbb", 12),
    }),
    exceptions: {
      "@odata.context": "the mock answers for the resource under the principal's navigation",
      id: "the mock's own",
    },
  },
  68: {
    request: "POST /v1.0/invitations 201",
    body: () => ({
      invitedUserEmailAddress: "guest@example.org",
      inviteRedirectUrl: "https://myapplications.microsoft.com/?tenantid=11111111-1111-4111-8111-111111111111",
      invitedUserMessageInfo: { customizedMessageBody: "Fictitious message." },
      sendInvitationMessage: true,
    }),
    exceptions: { inviteRedeemUrl: addressOnly },
  },
  69: {
    request: "GET /v1.0/users/{id} 200",
    prepare: async (stage) => {
      const body = { invitedUserEmailAddress: "guest@example.org", inviteRedirectUrl: "https://contoso.com" };
      const invitation = await stage.before("POST", "/v1.0/invitations", body);
      return [text(invitation["invitedUser"] as Body, "id")];
    },
  },
};

const notReplayed: Readonly<Record<number, string>> = {
  70: "429 of /identityProtection/riskDetections: that route isn't emulated, nor does the sandbox throttle by itself",
};

const withRole: Body = {
  appId: numbered("a0a0a0a0", 12),
  appRoles: [
    {
      allowedMemberTypes: ["User"],
      displayName: "Writer",
      id: numbered("9a9a9a9a", 1),
      isEnabled: true,
      value: "Writer",
    },
  ],
  displayName: "example-app-12",
};

function federated(stage: Stage): [string, string] {
  const application = stage.application(9);
  const credential = stage.placeAnswer("federatedIdentityCredentials", 20);
  stage.link("applications.federatedIdentityCredentials", application, credential);
  return [application, credential];
}

function roleAssignment(stage: Stage): Body {
  const [roleDefinitionId = ""] = [...stage.tenant.objects("roleDefinitions").keys()];
  return { directoryScopeId: "/", principalId: stage.user(1), roleDefinitionId };
}
