/** The answers of observed-2.json, which the sandbox had not seen when it was written. */
import type { Body } from "../support/harness";
import type { Exceptions } from "../support/observed";
import { numbered, type Recording, type Stage } from "../support/replay";

const shapeOf2021: Exceptions = {
  serviceManagementReference: "in application answers since 2022",
  keyCredentials: "left out where none was sent",
};

const noLength: Exceptions = { "content-length": "fastify sends none with 204, as HTTP wants it" };

const application = (stage: Stage): string[] => [stage.application(5)];
/** Places the answer's own object, as it was before the request. */
const answered = (entitySet: "applications" | "groups" | "users", index: number) => (stage: Stage) => [
  stage.placeAnswer(entitySet, index),
];

const groupAndUser = (stage: Stage): [string, string] => [stage.group(3), stage.user(4)];

export const moreObserved: Recording = {
  file: "observed-2.json",
  replays: {
    0: { request: "POST /v1.0/applications 201", exceptions: shapeOf2021 },
    1: { request: "PATCH /v1.0/applications/{id} 204", prepare: application },
    2: { request: "PATCH /v1.0/applications/{id} 204", prepare: application },
    3: { request: "GET /v1.0/applications/{id} 200", prepare: answered("applications", 3) },
    4: { request: "GET /v1.0/applications 200", prepare: answered("applications", 4) },
    5: { request: "GET /v1.0/applications 200", prepare: application },
    6: { request: "PATCH /v1.0/applications/{id} 204", prepare: application },
    7: { request: "GET /v1.0/applications/{id} 200", prepare: answered("applications", 7) },
    8: { request: "PATCH /v1.0/applications/{id} 204", prepare: application, exceptions: noLength },
    9: { request: "GET /v1.0/applications/{id} 200", prepare: answered("applications", 9), exceptions: shapeOf2021 },
    10: { request: "GET /v1.0/applications 200", prepare: (stage) => [stage.application(6)] },
    11: {
      request: "POST /v1.0/applications/{id}/addPassword 200",
      prepare: application,
      exceptions: { secretText: "random", hint: "the secret's first characters" },
    },
    12: {
      request: "POST /v1.0/applications/{id}/microsoft.graph.addPassword 200",
      prepare: application,
      exceptions: {
        location: "the bare origin, with a slash in 2021",
        secretText: "random",
        hint: "the secret's first characters",
      },
    },
    13: {
      request: "POST /v1.0/applications/{id}/microsoft.graph.removePassword 204",
      prepare: (stage) => [
        stage.application(5, { passwordCredentials: [{ keyId: numbered("e0e0e0e0", 15), displayName: "x" }] }),
      ],
      exceptions: noLength,
    },
    14: { request: "GET /v1.0/applications/{id}/owners 200", prepare: application },
    15: {
      request: "GET /beta/applications/{id}/federatedIdentityCredentials/{id} 200",
      prepare: (stage) => {
        const [id, credential] = [stage.application(9), stage.placeAnswer("federatedIdentityCredentials", 15)];
        stage.link("applications.federatedIdentityCredentials", id, credential);
        return [id, credential];
      },
    },
    16: {
      request: "GET /beta/applications/{id}/federatedIdentityCredentials 200",
      prepare: (stage) => [stage.application(9)],
    },
    17: {
      request: "POST /v1.0/applications/{id}/federatedIdentityCredentials 409",
      prepare: async (stage) => {
        const id = stage.application(9);
        await stage.before("POST", `/v1.0/applications/${id}/federatedIdentityCredentials`, main);
        return [id];
      },
      body: () => main,
    },
    18: { request: "GET /v1.0/servicePrincipals 200", prepare: (stage) => [stage.servicePrincipal(4)] },
    19: { request: "GET /v1.0/servicePrincipals 200" },
    20: {
      request: "POST /v1.0/servicePrincipals/{id}/addPassword 200",
      prepare: (stage) => [stage.servicePrincipal(4)],
      exceptions: { secretText: "random" },
    },
    21: { request: "GET /v1.0/oauth2PermissionGrants 200" },
    22: {
      request: "PATCH /v1.0/oauth2PermissionGrants/{id} 400",
      prepare: (stage) => [
        stage.place("oauth2PermissionGrants", {
          id: "grant",
          clientId: numbered("bbbbbbbb", 8),
          consentType: "Principal",
          principalId: numbered("cccccccc", 4),
          resourceId: numbered("bbbbbbbb", 99),
          scope: "User.Read",
        }),
      ],
    },
    23: { request: "POST /v1.0/users 201", prepare: verifiedDomain },
    24: {
      request: "DELETE /v1.0/users/{upn} 204",
      prepare: (stage) => {
        stage.user(4);
        return ["user4@example.com"];
      },
    },
    25: {
      request: "POST /v1.0/users 400",
      prepare: (stage) => {
        stage.user(4);
        return verifiedDomain(stage);
      },
      body: () => ({
        userPrincipalName: "user4@example.com",
        displayName: "user4",
        passwordProfile: { password: "FICTITIOUS-password-1" },
        mailNickname: "user4",
        accountEnabled: true,
      }),
      exceptions: {
        error: "the order of 2018, and details without a message",
      },
    },
    26: { request: "GET /v1.0/groups 200", prepare: answered("groups", 26) },
    27: { request: "GET /v1.0/groups 200" },
    28: { request: "GET /v1.0/groups 200" },
    29: {
      request: "POST /v1.0/directoryObjects/{id}/checkMemberGroups 200",
      prepare: (stage) => groupAndUser(stage).slice(1),
    },
    30: {
      request: "POST /v1.0/groups/{id}/members/$ref 204",
      prepare: (stage) => {
        stage.servicePrincipal(10);
        return [stage.group(3)];
      },
    },
    31: {
      request: "GET /v1.0/groups/{id}/owners 200",
      prepare: (stage) => {
        const group = stage.group(3);
        for (const owner of stage.placeAnswers("users", 31)) stage.link("groups.owners", group, owner);
        return [group];
      },
    },
    32: {
      request: "DELETE /v1.0/groups/{id}/owners/{id}/$ref 204",
      prepare: (stage) => {
        const [group, owner] = groupAndUser(stage);
        stage.link("groups.owners", group, owner);
        stage.link("groups.owners", group, stage.user(5));
        return [group, owner];
      },
    },
    33: { request: "POST /v1.0/groups/{id}/members 400", prepare: groupAndUser, body: () => ({}) },
    34: {
      request: "DELETE /v1.0/servicePrincipals/{id}/appRoleAssignments/{id} 400",
      prepare: (stage) => [stage.servicePrincipal(4), "bm90LXRoZXJl"],
    },
  },
  notReplayed: { 35: "a transient fault of the service" },
};

const main: Body = {
  name: "main",
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:octo-org/octo-repo:ref:refs/heads/main",
  audiences: ["api://AzureADTokenExchange"],
};

function verifiedDomain(stage: Stage): [] {
  stage.place("domains", { id: "example.com", isVerified: true });
  return [];
}
