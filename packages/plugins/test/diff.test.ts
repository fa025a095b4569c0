/** What `diff` says, for every argument of every resource type. */
import assert from "node:assert/strict";
import { azureadProvider } from "../src/azuread/provider";
import { resources } from "../src/azuread/resources";
import { unknown, type Value, type ValueRecord } from "../src/protocol/values";
import { isComputed, isInput, type ResourceProperties, type ResourceProperty } from "../src/schema/property";
import { fixture } from "@defender-mssp/testkit/fixture";
import { PluginClient } from "./pluginClient";

describe("The azuread stand-in's diff", () => {
  const plugin = fixture(() => PluginClient.over(azureadProvider("6.9.1")));

  for (const { name, properties } of resources) {
    const inputs = valuesFor(properties, 1);

    it(`${name}: no difference if it is as declared`, async () => {
      const answer = await plugin.diff(name, "id", stateOf(properties, inputs), inputs);
      assert.deepEqual(answer.detailed, {});
      assert.equal(answer.changed, false);
      assert.equal(answer.deleteBeforeReplace, false);
      const stable = Object.entries(properties).filter(([, { forceNew }]) => forceNew);
      assert.deepEqual(answer.stables, stable.map(([property]) => property).sort());
    });

    for (const [property, definition] of Object.entries(properties)) {
      if (!isInput(definition) || definition.unsupported) continue;

      it(`${name}: a changed ${property} ${definition.forceNew ? "replaces" : "updates"} it`, async () => {
        const changed: ValueRecord = { ...inputs, ...Object.fromEntries([[property, valueFor(definition, 2)]]) };
        const answer = await plugin.diff(name, "id", stateOf(properties, inputs), changed);
        assert.equal(answer.changed, true);
        assert.deepEqual(answer.replaces, definition.forceNew ? [property] : []);
        const paths = Object.keys(answer.detailed);
        assert.ok(paths.length > 0);
        assert.ok(paths.every((path) => path.split(/[.[]/, 1)[0] === property));
      });
    }
  }

  it("an import's inputs, which leave out defaults, differ from nothing: a refresh after an import is clean", async () => {
    const state = { displayName: "SIEM", signInAudience: "AzureADMyOrg", requestedAccessTokenVersion: 2 };
    const answer = await plugin.diff("ApplicationRegistration", "id", state, { displayName: "SIEM" });
    assert.deepEqual(answer.detailed, {});
    const other = await plugin.diff(
      "ApplicationRegistration",
      "id",
      { ...state, signInAudience: "AzureADMultipleOrgs" },
      { displayName: "SIEM" },
    );
    assert.deepEqual(Object.keys(other.detailed), ["signInAudience"]);
  });

  const type = "Group";

  const cases: readonly [what: string, state: ValueRecord, inputs: ValueRecord, detailed: Record<string, string>][] = [
    ["the order of a set", { members: ["a", "b"] }, { members: ["b", "a"] }, {}],
    ["a member more", { members: ["a"] }, { members: ["a", "b"] }, { "members[1]": "add" }],
    ["a member less", { members: ["a", "b"] }, { members: ["a"] }, { "members[1]": "delete" }],
    ["another member", { members: ["a", "b"] }, { members: ["a", "c"] }, { "members[1]": "update" }],
    ["members that the program doesn't mention", { members: ["a"] }, {}, {}],
    ["no members any more", { members: ["a"] }, { members: [] }, { "members[0]": "delete" }],
    ["members to come", { members: ["a"] }, { members: ["a", unknown] }, { members: "update" }],
    ["a description that goes", { description: "x" }, {}, { description: "delete" }],
    ["members where none were read", { members: null }, { members: ["a"] }, { members: "add" }],
    ["a description that comes", { description: null }, { description: "x" }, { description: "add" }],
    ["no description and an empty one", { description: null }, { description: "" }, {}],
    ["a switch that was off and isn't mentioned", { assignableToRole: false }, {}, {}],
    ["a switch that goes", { assignableToRole: true }, {}, { assignableToRole: "delete replace" }],
  ];

  for (const [what, state, inputs, detailed] of cases) {
    it(`difference: ${what}`, async () => {
      const both = { displayName: "A" };
      assert.deepEqual(
        (await plugin.diff(type, "id", { ...both, ...state }, { ...both, ...inputs })).detailed,
        detailed,
      );
    });
  }

  it("a value that the service gave, that isn't known yet, or that the program gives no more", async () => {
    const assignment = { roleId: "r", principalObjectId: "p", directoryScopeId: "/" };
    const diff = async (given: ValueRecord) =>
      (await plugin.diff("DirectoryRoleAssignment", "id", assignment, { ...assignment, ...given })).detailed;
    assert.deepEqual(await diff({ directoryScopeId: null }), {});
    assert.deepEqual(await diff({ directoryScopeId: unknown }), { directoryScopeId: "update replace" });
  });

  it("a field of a block, and a block that goes", async () => {
    const grants = (operator: string) => ({ operator, builtInControls: ["mfa"] });
    const diff = async (inputs: ValueRecord) =>
      (await plugin.diff("ConditionalAccessPolicy", "id", { grantControls: grants("AND") }, inputs)).detailed;
    assert.deepEqual(await diff({ grantControls: { ...grants("OR"), __defaults: [] } }), {
      "grantControls.operator": "update",
    });
    assert.deepEqual(await diff({}), { grantControls: "delete" });
  });

  it("what another party has set of an argument that a program can't give", async () => {
    const drifted = { displayName: "A", notes: "x", signInAudience: "AzureADMyOrg", requestedAccessTokenVersion: 2 };
    const { detailed } = await plugin.diff("ApplicationRegistration", "id", drifted, { displayName: "A" });
    assert.deepEqual(detailed, { notes: "delete" });
  });

  it("assignment policy: no difference for properties that the service sets", async () => {
    const policy = "AccessPackageAssignmentPolicy";
    const review = { enabled: true, reviewFrequency: "annual" };
    const members = { objectId: "g", subjectType: "GroupMembers" };
    const state = {
      displayName: "A",
      durationInDays: 0,
      requestorSettings: { requestsAccepted: true, scopeType: "NoSubjects", requestors: [] },
      approvalSettings: { approvalRequired: false, approvalStages: [] },
      assignmentReviewSettings: { ...review, startingOn: "2026-01-01T00:00:00Z", reviewers: [members] },
    };
    const inputs = {
      displayName: "A",
      assignmentReviewSettings: { ...review, reviewers: [{ ...members, subjectType: "groupMembers" }] },
    };
    assert.deepEqual((await plugin.diff(policy, "id", state, inputs)).detailed, {});
    const open = { ...state, requestorSettings: { requestsAccepted: true, scopeType: "AllExternalSubjects" } };
    assert.deepEqual((await plugin.diff(policy, "id", open, inputs)).detailed, { requestorSettings: "delete" });
  });
});

/** A value of a property's type; another one for each number. */
function valueFor(property: ResourceProperty, number: number): Value {
  switch (property.kind) {
    case "boolean":
      return number % 2 === 1;
    case "integer":
      return number;
    case "list":
    case "set":
      return [`${number}`];
    case "map":
      return { key: `${number}` };
    case "object":
      return valuesFor(property.fields ?? {}, number);
    case "objects":
      return [valuesFor(property.fields ?? {}, number)];
    default:
      return `${number}`;
  }
}

function valuesFor(properties: ResourceProperties, number: number): ValueRecord {
  const inputs = Object.entries(properties).filter(([, property]) => isInput(property));
  return Object.fromEntries(inputs.map(([name, property]) => [name, valueFor(property, number)]));
}

function stateOf(properties: ResourceProperties, inputs: ValueRecord): ValueRecord {
  const computed = Object.entries(properties).filter(([, property]) => isComputed(property));
  return { ...Object.fromEntries(computed.map(([name, property]) => [name, valueFor(property, 9)])), ...inputs };
}
