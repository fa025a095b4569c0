/**
 * What `check` says, in the official plugin's words (Terraform's SDK and Pulumi's bridge 3.130).
 */
import assert from "node:assert/strict";
import { azureadProvider } from "../src/azuread/provider";
import { unknown, type ValueRecord } from "../src/protocol/values";
import { PluginClient } from "./pluginClient";

const id = "c0570500-0000-4000-8000-00000000000a";
const application = `/applications/${id}`;
const policy = { accessPackageId: id, displayName: "A", description: "A" };

const cases: readonly [what: string, type: string, inputs: ValueRecord, expected: readonly string[]][] = [
  [
    "a missing argument",
    "GroupMember",
    { groupObjectId: id },
    [
      'Missing required argument. The argument "member_object_id" is required, but no definition was found.. ' +
        "Examine values at 'it.memberObjectId'.",
    ],
  ],
  [
    "an unknown argument",
    "GroupMember",
    { groupObjectId: id, memberObjectId: id, role: "owner" },
    ["Invalid or unknown key. Examine values at 'it.role'."],
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
    "GroupMember",
    { groupObjectId: "x", memberObjectId: id },
    [`expected "group_object_id" to be a valid UUID, got x. Examine values at 'it.groupObjectId'.`],
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
    "a number out of range",
    "ApplicationRegistration",
    { displayName: "A", requestedAccessTokenVersion: 3 },
    [
      "expected requested_access_token_version to be in the range (1 - 2), got 3. " +
        "Examine values at 'it.requestedAccessTokenVersion'.",
    ],
  ],
  [
    "an e-mail address without a domain",
    "Invitation",
    { userEmailAddress: "ana", redirectUrl: "https://security.microsoft.com" },
    [`value must be a valid email address for "user_email_address". Examine values at 'it.userEmailAddress'.`],
  ],
  [
    "a redirect URL of another scheme",
    "Invitation",
    { userEmailAddress: "ana@fabrikam.example", redirectUrl: "ftp://security.microsoft.com" },
    [`unexpected URI scheme for "redirect_url", expected one of: http, https. Examine values at 'it.redirectUrl'.`],
  ],
  [
    "both a message and its language",
    "Invitation",
    {
      userEmailAddress: "ana@fabrikam.example",
      redirectUrl: "https://security.microsoft.com",
      message: { body: "Hello", language: "en-US" },
    },
    [
      'Conflicting configuration arguments. "message.0.body": conflicts with message.0.language. ' +
        "Examine values at 'it.message.body'.",
      'Conflicting configuration arguments. "message.0.language": conflicts with message.0.body. ' +
        "Examine values at 'it.message.language'.",
    ],
  ],
  [
    "a language that is none",
    "Invitation",
    {
      userEmailAddress: "ana@fabrikam.example",
      redirectUrl: "https://security.microsoft.com",
      message: { language: "192" },
    },
    [`value is not a well-formed language for "message.0.language". Examine values at 'it.message.language'.`],
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
    "members of a dynamic group",
    "Group",
    { displayName: "A", securityEnabled: true, members: [id], dynamicMembership: { enabled: true, rule: "r" } },
    [
      'Conflicting configuration arguments. "dynamic_membership": conflicts with members. ' +
        "Examine values at 'it.dynamicMembership'.",
      `Conflicting configuration arguments. "members": conflicts with dynamic_membership. Examine values at 'it.members'.`,
    ],
  ],
  [
    "an application's object ID instead of its resource ID",
    "ApplicationOwner",
    { applicationId: id, ownerObjectId: id },
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
    "a property that is not emulated",
    "Application",
    { displayName: "A", templateId: id },
    [
      `Not supported by the stand-in plugin. The sandbox's stand-in plugin does not emulate "template_id"; ` +
        "the official plugin has it.. Examine values at 'it.templateId'.",
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
  ["nothing wrong with what isn't known yet", "GroupMember", { groupObjectId: unknown, memberObjectId: unknown }, []],
  ["a number where a text is due", "ApplicationRegistration", { displayName: 5 }, []],
  [
    "two ends of an assignment",
    "AccessPackageAssignmentPolicy",
    { ...policy, durationInDays: 1, expirationDate: "2030-01-01T00:00:00Z" },
    [
      'Conflicting configuration arguments. "duration_in_days": conflicts with expiration_date. ' +
        "Examine values at 'it.durationInDays'.",
      'Conflicting configuration arguments. "expiration_date": conflicts with duration_in_days. ' +
        "Examine values at 'it.expirationDate'.",
    ],
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
  let plugin: PluginClient;
  before(async () => (plugin = await PluginClient.over(azureadProvider("6.9.1"))));
  after(() => plugin.stop());

  for (const [what, type, inputs, expected] of cases) {
    it(`${type}: ${what}`, async () => {
      assert.deepEqual((await plugin.check(type, inputs)).failures, expected);
    });
  }

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
