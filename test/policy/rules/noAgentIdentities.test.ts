import assert from "node:assert/strict";
import { azuread, azureRoleAssignment } from "../../../domain/resourceTypes";
import { noAgentIdentities as rule } from "../../../policy/rules/noAgentIdentities";
import { judgeStack, unknownValue } from "../support";

const agentId = "0f0f0f0f-0000-4000-8000-0000000000a9";
const graphResource = "msgraph:index/resource:Resource";

describe("policy: no-agent-identities", () => {
  const assignment = (principalObjectId: string, ...from: string[]) => ({
    type: azuread("AppRoleAssignment"),
    name: "grant",
    properties: { principalObjectId },
    sources: { principalObjectId: from },
  });

  it("passes people, groups and service principals, and an agent identity without access", () => {
    const group = { type: azuread("Group"), name: "Tier 1", properties: { objectId: agentId } };
    assert.deepEqual(judgeStack(rule, [group, assignment(agentId, "Tier 1")]), []);
    const agent = { type: "azuread:index/agentIdentity:AgentIdentity", name: "agent", properties: { id: agentId } };
    assert.deepEqual(judgeStack(rule, [agent, assignment("0f0f0f0f-0000-4000-8000-000000000001")]), []);
  });

  for (const [what, agent] of [
    ["a type of its own", { type: "azuread:index/agentIdentity:AgentIdentity" }],
    ["an agent user", { type: "azuread:index/agentUser:AgentUser" }],
    [
      "a blueprint's principal by the path",
      { type: graphResource, properties: { url: "servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal" } },
    ],
    [
      "a blueprint by its @odata.type",
      { type: graphResource, properties: { "@odata.type": "#microsoft.graph.agentIdentityBlueprint" } },
    ],
    [
      "a service principal with a blueprint",
      { type: azuread("ServicePrincipal"), properties: { agentIdentityBlueprintId: agentId } },
    ],
  ] as const) {
    it(`refuses ${what} as a grantee: by its ID, and in a preview that does not know it`, () => {
      const { type, ...rest } = agent;
      const known = {
        type,
        name: "agent",
        properties: { ...("properties" in rest ? rest.properties : {}), id: agentId },
      };
      const problem = ["principalObjectId names agent, which is an agent identity or a blueprint of one"];
      assert.deepEqual(judgeStack(rule, [known, assignment(agentId)]), problem);
      assert.deepEqual(judgeStack(rule, [known, assignment(unknownValue, "agent")]), problem);
    });
  }

  it("judges lists, paths and Azure's role assignments", () => {
    const agent = {
      type: "azuread:index/agentIdentity:AgentIdentity",
      name: "agent",
      properties: { objectId: agentId },
    };
    const problemCount = (type: string, properties: object) =>
      judgeStack(rule, [agent, { type, properties: { ...properties } }]).length;
    assert.equal(problemCount(azuread("Group"), { members: [agentId] }), 1);
    assert.equal(problemCount(azureRoleAssignment, { principalId: agentId.toUpperCase() }), 1);
    assert.equal(problemCount(azuread("ApplicationPassword"), { applicationId: `/applications/${agentId}` }), 1);
  });
});
