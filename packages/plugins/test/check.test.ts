/** What `check` says, in the official plugin's words (Terraform's SDK and Pulumi's bridge 3.130). */
import assert from "node:assert/strict";
import { azureadProvider } from "../src/azuread/provider";
import { unknown, type ValueRecord } from "../src/protocol/values";
import { fixture } from "@defender-mssp/testkit/fixture";
import { PluginClient, refusal } from "./pluginClient";

const id = "c0570500-0000-4000-8000-00000000000a";
const application = `/applications/${id}`;
const policy = { accessPackageId: id, displayName: "A", description: "A" };

const cases: readonly [what: string, type: string, inputs: ValueRecord, expected: readonly string[]][] = [
  [
    "a missing argument",
    "DirectoryRoleAssignment",
    { roleId: id },
    [
      'Missing required argument. The argument "principal_object_id" is required, but no definition was found.. ' +
        "Examine values at 'it.principalObjectId'.",
    ],
  ],
  [
    "arguments that the stand-in lacks",
    "Group",
    { displayName: "A", securityEnabled: true, theme: "Blue" },
    ["The stand-in has no `theme`: use `--plugins official`. Examine values at 'it.theme'."],
  ],
  [
    "an argument of a block that the stand-in lacks",
    "AccessPackageAssignmentPolicy",
    {
      ...policy,
      approvalSettings: { approvalStages: [{ approvalTimeoutInDays: 1, alternativeApprovalEnabled: true }] },
    },
    [
      "The stand-in has no `alternativeApprovalEnabled`: use `--plugins official`. " +
        "Examine values at 'it.approvalSettings.approvalStages[0].alternativeApprovalEnabled'.",
    ],
  ],
  [
    "an argument that only the service gives",
    "Group",
    { displayName: "A", securityEnabled: true, objectId: id },
    [
      `Value for unconfigurable attribute. Can't configure a value for "object_id": its value will be decided ` +
        "automatically based on the result of applying this configuration.. Examine values at 'it.objectId'.",
    ],
  ],
  [
    "no UUID",
    "DirectoryRoleAssignment",
    { roleId: "x", principalObjectId: id },
    [`expected "role_id" to be a valid UUID, got x. Examine values at 'it.roleId'.`],
  ],
  [
    "no UUID in a set",
    "Group",
    { displayName: "A", securityEnabled: true, members: [id, "x"] },
    [`expected "members.1" to be a valid UUID, got x. Examine values at 'it.members'.`],
  ],
  [
    "a value that is not of the closed set",
    "ApplicationRegistration",
    { displayName: "A", signInAudience: "Everybody" },
    [
      'expected sign_in_audience to be one of ["AzureADMyOrg" "AzureADMultipleOrgs" ' +
        '"AzureADandPersonalMicrosoftAccount" "PersonalMicrosoftAccount"], got Everybody. ' +
        "Examine values at 'it.signInAudience'.",
    ],
  ],
  [
    "an empty name",
    "ApplicationRegistration",
    { displayName: "" },
    [`expected "display_name" to not be an empty string, got . Examine values at 'it.displayName'.`],
  ],
  [
    "a list where a text is due",
    "ApplicationRegistration",
    { displayName: ["A"] },
    ["Attribute must be a single value, not a list. Examine values at 'it.displayName'."],
  ],
  [
    "neither mail nor security",
    "Group",
    { displayName: "A" },
    ["mailEnabled", "securityEnabled"].map(
      (name) =>
        `Missing required argument. "${name === "mailEnabled" ? "mail_enabled" : "security_enabled"}": ` +
        `one of \`mail_enabled,security_enabled\` must be specified. Examine values at 'it.${name}'.`,
    ),
  ],
  [
    "an application's object ID instead of its resource ID",
    "ApplicationPassword",
    { applicationId: id },
    [
      `parsing "${id}": parsing the Application ID: the number of segments didn't match\n\n` +
        "Expected a Application ID that matched (containing 2 segments):\n\n> /applications/applicationId\n\n" +
        `However this value was provided (which was parsed into 0 segments):\n\n> ${id}\n\n` +
        'The following Segments are expected:\n\n* Segment 0 - this should be the literal value "applications"\n' +
        '* Segment 1 - this should be the user specified value for this applicationId [for example "applicationId"]\n\n' +
        "The following Segments were parsed:\n\n* Segment 0 - not found\n* Segment 1 - not found\n. " +
        "Examine values at 'it.applicationId'.",
    ],
  ],
  [
    "a redirect URI without a path",
    "ApplicationRedirectUris",
    { applicationId: application, type: "Web", redirectUris: ["not a URI"] },
    [`URI has no host for "redirect_uris.0". Examine values at 'it.redirectUris'.`],
  ],
  [
    "no date",
    "ApplicationPassword",
    { applicationId: application, endDate: "tomorrow" },
    [
      `expected "end_date" to be a valid RFC3339 date, got "tomorrow": parsing time "tomorrow" as ` +
        `"2006-01-02T15:04:05Z07:00": cannot parse "tomorrow" as "2006". Examine values at 'it.endDate'.`,
    ],
  ],
  [
    "too many audiences",
    "ApplicationFederatedIdentityCredential",
    { applicationId: application, audiences: ["a", "b"], displayName: "d", issuer: "i", subject: "s" },
    [
      "Too many list items. Attribute audiences supports 1 item maximum, but config has 2 declared.. " +
        "Examine values at 'it.audiences'.",
    ],
  ],
  [
    "nothing wrong with what isn't known yet",
    "DirectoryRoleAssignment",
    { roleId: unknown, principalObjectId: unknown },
    [],
  ],
  ["a number where a text is due", "ApplicationRegistration", { displayName: 5 }, []],
  [
    "a number out of range",
    "AccessPackageAssignmentPolicy",
    { ...policy, durationInDays: 3661 },
    ["expected duration_in_days to be in the range (0 - 3660), got 3661. Examine values at 'it.durationInDays'."],
  ],
  [
    "requestors of no type",
    "AccessPackageAssignmentPolicy",
    { ...policy, requestorSettings: { requestors: [{ subjectType: "Everybody" }, { subjectType: "singleuser" }] } },
    [
      "expected requestor_settings.0.requestor.0.subject_type to be one of " +
        '["ConnectedOrganizationMembers" "ExternalSponsors" "GroupMembers" "InternalSponsors" "RequestorManager" "SingleUser" ' +
        `"TargetUserSponsors"], got Everybody. Examine values at 'it.requestorSettings.requestors[0].subjectType'.`,
    ],
  ],
];

describe("The azuread stand-in's check", () => {
  const plugin = fixture(() => PluginClient.over(azureadProvider("6.9.1")));

  for (const [what, type, inputs, expected] of cases) {
    it(`${type}: ${what}`, async () => assert.deepEqual((await plugin.check(type, inputs)).failures, expected));
  }

  it("an argument that the stand-in lacks, as the engine gives it again for ignoreChanges", async () => {
    const given = { displayName: "A", requestedAccessTokenVersion: 1 };
    assert.equal((await plugin.check("ApplicationRegistration", given)).failures.length, 1);
    assert.deepEqual((await plugin.check("ApplicationRegistration", given, "it", given)).failures, []);
    const other = { ...given, requestedAccessTokenVersion: 2 };
    assert.equal((await plugin.check("ApplicationRegistration", other, "it", given)).failures.length, 1);
  });

  it("functions: an argument and a function that the stand-in lacks", async () => {
    const { failures } = await plugin.invoke("getServicePrincipal", { clientId: id, displayName: "A" });
    assert.deepEqual(failures, ["[display_name] The stand-in has no `displayName`: use `--plugins official`"]);
    assert.match(await refusal(plugin.invoke("getGroup")), /The stand-in has no `getGroup`: use `--plugins official`$/);
  });

  it("provider: unknown arguments are refused", async () => {
    const { failures } = await plugin.checkConfig({ tenantID: id }, "customer");
    assert.deepEqual(failures, [
      "could not validate provider configuration: Invalid or unknown key. Examine values at 'customer.tenantID'.",
    ]);
  });

  it("provider: secret arguments are marked", async () => {
    const { inputs, failures } = await plugin.checkConfig({ tenantId: id, clientSecret: "s", version: "6.9.1" });
    assert.deepEqual(failures, []);
    assert.equal(inputs.tenantId, id);
    assert.notEqual(inputs.clientSecret, "s");
  });
});
