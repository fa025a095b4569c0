/**
 * Random programs, judged by every mandatory rule as the engine has them judged: each resource before
 * it is made, and the stack at the end. What passes gives nobody a right whom the settings don't name.
 */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { directoryRoleTemplates, microsoftGraph } from "@defender-mssp/microsoft";
import { azuread, dynamic } from "../../domain/resourceTypes";
import { rules } from "../../policy/rules";
import type { PolicySettings } from "../../policy/policySettings";
import { contoso, judge, judgeStack, unknownValue, type Sample } from "./support";

const analysts = ["ana", "ben"].map((name) => ({
  email: `${name}@fabrikam.example`,
  displayName: name,
  tier: "tier1" as const,
}));
const settings: PolicySettings = {
  ...contoso,
  analysts,
  portalAccess: { model: "basic", role: "Security Reader" } as PolicySettings["portalAccess"],
};
const analystsGroup = "Fabrikam Security MSSP Analysts";
const idOf = (name: string) => `id-of-${name}`;
const stranger = "0f0f0f0f-0000-4000-8000-0000000000ff";

/** What the settings name; `isNew`: a preview does not know the IDs. */
function named(isNew: boolean): Sample[] {
  const id = (name: string) => (isNew ? unknownValue : idOf(name));
  return [
    ...analysts.map(({ email, displayName }) => ({
      type: dynamic("Guest"),
      name: displayName,
      properties: { tenantId: contoso.tenantId, email, objectId: id(displayName) },
    })),
    {
      type: azuread("ApplicationRegistration"),
      name: "app",
      properties: {
        displayName: "Contoso SIEM MSSP Connector",
        signInAudience: "AzureADMyOrg",
        clientId: id("client"),
        objectId: id("app"),
      },
    },
    {
      type: azuread("ServicePrincipal"),
      name: "sp",
      properties: { clientId: id("client"), objectId: id("sp") },
      sources: { clientId: ["app"] },
    },
  ];
}

interface Recipient {
  readonly id: string;
  readonly source?: string;
}
const recipients: readonly Recipient[] = [
  ...["ana", "ben", "analysts", "sp"].map((name) => ({ id: idOf(name), source: name })),
  { id: stranger },
  { id: "id-of-eve", source: "eve" },
];
const eve: Sample = {
  type: azuread("User"),
  name: "eve",
  properties: { objectId: "id-of-eve", userPrincipalName: "eve@contoso.com", displayName: "Eve" },
};

/** A grant of each form, with the kinds of recipients that the settings let have it. */
const forms: readonly {
  readonly type: string;
  readonly property: string;
  readonly others: Readonly<Record<string, unknown>>;
  readonly may: readonly string[];
}[] = [
  {
    type: azuread("DirectoryRoleAssignment"),
    property: "principalObjectId",
    others: { roleId: directoryRoleTemplates["Security Reader"] },
    may: ["ana", "ben", "analysts"],
  },
  {
    type: azuread("AppRoleAssignment"),
    property: "principalObjectId",
    others: { appRoleId: microsoftGraph.appRoles["SecurityAlert.Read.All"], resourceObjectId: "graph" },
    may: ["sp"],
  },
  {
    type: azuread("GroupMember"),
    property: "memberObjectId",
    others: { groupObjectId: idOf("analysts") },
    may: ["ana", "ben"],
  },
];

const recipient = fc.constantFrom(...recipients);
const grant = fc.tuple(
  fc.constantFrom(...forms),
  recipient,
  fc.boolean(),
  fc.subarray(["ana", "ben", "sp", "analysts"]),
);
const members = fc.array(recipient, { maxLength: 3 });

describe("policy: random programs", () => {
  it("what passes in `up` gives no right to anybody whom the settings do not name", () => {
    let passed = 0;
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 2 }), members, (grants, list) => {
        const samples = program(false, list, grants);
        if (problemsOf(samples).length > 0) return;
        passed++;
        for (const { id } of list) assert.ok([idOf("ana"), idOf("ben")].includes(id), `${id} is a member`);
        for (const [form, { id }] of grants) assert.ok(form.may.map(idOf).includes(id), `${form.type} goes to ${id}`);
      }),
      { numRuns: 1500 },
    );
    assert.ok(passed > 30, `${passed} programs passed`);
  });

  it("what passes in a preview shows no more known strangers than sources without an unknown of their own", () => {
    const shown = fc.tuple(
      fc.array(fc.constantFrom("unknown", stranger, "id-of-eve"), { maxLength: 4 }),
      fc.subarray(["ana", "ben"]),
    );
    let passed = 0;
    fc.assert(
      fc.property(shown, ([values, sources]) => {
        const group = {
          ...groupSample(values.map((one) => (one === "unknown" ? unknownValue : one))),
          sources: { members: sources },
        };
        if (problemsOf([...named(true), group]).length > 0) return;
        passed++;
        const known = values.filter((one) => one !== "unknown").length;
        assert.ok(known <= Math.max(0, sources.length - (values.length - known)), JSON.stringify([values, sources]));
      }),
      { numRuns: 500 },
    );
    assert.ok(passed > 5, `${passed} programs passed`);
  });
});

function groupSample(list: readonly unknown[]): Sample {
  return {
    type: azuread("Group"),
    name: "analysts",
    properties: { displayName: analystsGroup, securityEnabled: true, objectId: idOf("analysts"), members: list },
  };
}

function program(
  isNew: boolean,
  list: readonly Recipient[],
  grants: readonly (readonly [(typeof forms)[number], Recipient, boolean, readonly string[]])[],
): Sample[] {
  const group = {
    ...groupSample(list.map(({ id }) => id)),
    sources: { members: list.flatMap(({ source }) => source ?? []) },
  };
  return [
    ...named(isNew),
    eve,
    group,
    ...grants.map(([{ type, property, others }, { id, source }, hasSource, more], index) => ({
      type,
      name: `grant${index}`,
      properties: { ...others, [property]: id },
      // Code may make a value depend on any resource.
      sources: { [property]: [...(hasSource && source !== undefined ? [source] : []), ...more] },
    })),
  ];
}

/** Of the mandatory rules about who gets something: others refuse more. */
function problemsOf(samples: readonly Sample[]): string[] {
  const given = { settings };
  return rules
    .filter(({ name }) => /^(named-|group-members|directory-roles|api-permissions)/.test(name))
    .flatMap((rule) =>
      rule.types === undefined
        ? judgeStack(rule, samples, given)
        : samples.flatMap(({ type, properties = {} }) => judge(rule, type, properties, given)),
    );
}
