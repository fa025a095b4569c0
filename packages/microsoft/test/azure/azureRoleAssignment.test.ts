import assert from "node:assert/strict";
import type { ResourceManagerCall } from "../../src/azure/armCall";
import {
  isSameAssignedRole,
  isWithinScope,
  listAzureAssignments,
  roleAssignmentName,
  undoLostAssignment,
} from "../../src/azure/azureRoleAssignment";
import { uuidV5 } from "../../src/uuidV5";

const scope = "/subscriptions/s/resourceGroups/sentinel";
const role = { scope, roleDefinitionId: "8d289c81-5878-46d4-8554-54e1e3d8b5cb", principalId: "p" };

describe("microsoft/azure: role assignments", () => {
  it("name an assignment by RFC 9562's version 5, whatever the case and form of its IDs", () => {
    // The example of RFC 9562, appendix A.4.
    assert.equal(
      uuidV5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com"),
      "2ed6657d-e927-568b-95e1-2665a8aea6a2",
    );
    const other = {
      ...role,
      scope: scope.toUpperCase(),
      roleDefinitionId: `/x/roleDefinitions/${role.roleDefinitionId}`,
    };
    assert.equal(roleAssignmentName(role), roleAssignmentName(other));
    assert.ok(isSameAssignedRole(role, other));
    for (const changed of [{ scope: "/subscriptions/s" }, { principalId: "q" }, { roleDefinitionId: "x" }])
      assert.ok(!isSameAssignedRole(role, { ...role, ...changed }));
  });

  it("know a scope inside another one", () => {
    assert.ok(isWithinScope(scope, "/subscriptions/S"));
    assert.ok(isWithinScope(scope, scope));
    assert.ok(!isWithinScope(`${scope}2`, scope));
  });

  /** Answers a list page by page, and records what is deleted. */
  function tenant(pages: readonly (readonly object[])[], deleted: string[] = []): ResourceManagerCall {
    return (path, { method = "GET" } = {}) => {
      if (method === "DELETE") deleted.push(path);
      const page = Number(/skip=(\d)/.exec(path)?.[1] ?? 0);
      const nextLink = page + 1 < pages.length ? `https://management.azure.com/next?skip=${page + 1}` : undefined;
      const body = { value: pages[page], nextLink };
      return Promise.resolve({ status: 200, body, headers: new Headers() } as unknown as Awaited<
        ReturnType<ResourceManagerCall>
      >);
    };
  }
  const assignment = (description: string | null) => ({
    id: `${scope}/x`,
    name: "x",
    properties: { ...role, description },
  });

  it("are listed from every page", async () => {
    const all = await listAzureAssignments(tenant([[assignment(null)], [assignment("a"), assignment("b")]]), scope);
    assert.equal(all.length, 3);
  });

  it("of a lost create are deleted, those of another party left", async () => {
    const deleted: string[] = [];
    const inputs = { ...role, description: "mark" };
    assert.equal(await undoLostAssignment(tenant([[assignment("mark")]], deleted), inputs), "repeat");
    assert.equal(deleted.length, 1);
    for (const description of [null, "another"]) {
      const outcome = await undoLostAssignment(tenant([[assignment(description)]], deleted), inputs);
      assert.deepEqual(outcome, { foreign: `${scope}/x` });
    }
    assert.deepEqual(await undoLostAssignment(tenant([[assignment(null)]], deleted), role), { foreign: `${scope}/x` });
    assert.equal(deleted.length, 1);
    assert.equal(await undoLostAssignment(tenant([[]]), inputs), "repeat");
  });
});
