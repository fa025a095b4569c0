/** Answers of observed-4.json that the sandbox does not give, each with the reason. The page of the routes lists them. */

function each(reason: string, keys: string): Record<string, string> {
  return Object.fromEntries(keys.split(" ").map((key) => [key, reason]));
}

/** The request is served, and answered otherwise. */
export const differing: Readonly<Record<string, string>> = {
  ...each(
    "the page of 2021 spells `roleTemplateId=<ID>`; the sandbox has today's `directoryRoles(roleTemplateId='<ID>')`",
    "doc-212 doc-215 doc-217 doc-223",
  ),
  ...each("the page shows a list for one entry", "doc-200"),
  ...each("the sandbox's tenants have no extension properties", "doc-205"),
  ...each("the page's example has properties that only `$select` returns", "doc-206 doc-843 doc-846"),
  ...each("the page has properties that the metadata of v1.0 has not", "doc-47 doc-682 doc-714"),
};

/** The sandbox has no route, and says so. */
export const notServed: Readonly<Record<string, string>> = {
  ...each("extensions of the directory are not emulated", "doc-49 doc-58"),
  ...each("policies of tokens, claims and home realms are not emulated", "doc-51 doc-676 doc-687 doc-690 doc-781"),
  ...each("user flows are not emulated", "doc-80"),
  ...each("the sandbox detects no risk", "doc-651 doc-652 doc-655"),
  ...each("nothing here asks for it", "doc-24 doc-28 doc-229 doc-361 doc-688 doc-689"),
};

/** The same of Azure, Entra and Defender. */
export const notServedOfOthers: Readonly<Record<string, string>> = {
  ...each("`entra/clientCredentials.test.ts` asserts it", "tok-7000222"),
};

const ofEligibility =
  "scope roleDefinitionId principalId principalType status condition conditionVersion createdOn expandedProperties";
const ofSchedule = `${ofEligibility} startDateTime endDateTime memberType`;

/** Properties that the examples of Azure/azure-rest-api-specs show, by resource type: documented answers. */
export const azureExamples: Readonly<Record<string, string>> = {
  roleEligibilityScheduleRequests: `${ofEligibility} targetRoleEligibilityScheduleId targetRoleEligibilityScheduleInstanceId requestType approvalId scheduleInfo ticketInfo justification requestorId`,
  roleEligibilitySchedules: `${ofSchedule} roleEligibilityScheduleRequestId updatedOn`,
  roleEligibilityScheduleInstances: `${ofSchedule} roleEligibilityScheduleId`,
};

/** Of observed-3.json: why no request asks for them there. */
export const notReplayedOfOthers: Readonly<Record<string, string>> = {
  "ms-asg-delop": "the sandbox points to operationresults, whose answer is empty; the address of 2019 had a status",
  "tok-7000218": "entra/signIn.test.ts asserts it",
  "tok-70021": "entra/clientCredentials.test.ts asserts it, with an issuer of its own",
  "hunt-docquery": "the sandbox's hunting has three tables, as docs/emulation.md says",
};

/** Replayed by `test/observed.test.ts`. */
export const ofOtherServices: readonly string[] = [
  ...[
    "tok-7000222",
    "ra-badroleid",
    "ra-exists",
    "ra-403",
    "res-elig-put",
    "sub-404",
    "ms-dataactions",
    "ms-principal",
  ],
  ...["kv-401", "kv-set", "kv-404", "kv-get-slash", "kv-conflict", "kv-put-java", "kv-list-rg", "kv-delete"],
  ...["kv-deletedvault", "kv-deletedvault-404", "rd-custom-put-owner", "res-emptyfilter"],
  ...["incident-patch-pascal", "alerts-filter-title"],
];
