import assert from "node:assert/strict";
import { addMembers, ServiceError, type Answer, type GraphCall } from "@defender-mssp/microsoft";

describe("microsoft/graph: addMembers, after a create of a group that failed half way", () => {
  const description = "Analysts (managed by Pulumi: defender-mssp/contoso#0123456789abcdef)";

  /** A service whose list, and then whose members, lack what is new for so many requests. */
  function service(unlisted: number, refusals: readonly ServiceError[], named: object = {}) {
    const added: unknown[] = [];
    let [looks, posts] = [0, 0];
    const answered = (body?: object): Answer => ({ status: 200, body, headers: new Headers(), text: "", tries: 1 });
    const others = { id: "other", displayName: "Analysts", description: "somebody's" };
    const call: GraphCall = (path, { method = "GET", json } = {}) => {
      if (path === "/v1.0/groups/g" && method === "GET") return Promise.resolve(answered(named));
      if (method === "GET") {
        const listed = looks++ < unlisted ? [others] : [others, { ...others, id: "g", description }];
        return Promise.resolve(answered({ value: listed }));
      }
      const refusal = refusals[posts++];
      if (refusal !== undefined) return Promise.reject(refusal);
      added.push([method, path, json]);
      return Promise.resolve(answered());
    };
    const context = { sleep: () => Promise.resolve(), environment: {} };
    const group = { displayName: "Analysts", description, members: ["ana", "ben"], graph: "https://graph" };
    return { added, run: (change: object = {}) => addMembers(call, { ...group, ...change }, context) };
  }
  const refusal = (status: number, message: string) =>
    new ServiceError({ status, message, method: "POST", url: "https://graph/v1.0/groups/g/members/$ref" });

  it("adds each to the group with this very mark, and waits while a replica does not know one", async () => {
    const unknown = refusal(404, "Resource 'ana' does not exist");
    const { run, added } = service(2, [unknown, unknown]);
    assert.equal(await run(), true);
    assert.deepEqual(
      added,
      ["ana", "ben"].map((id) => [
        "POST",
        "/v1.0/groups/g/members/$ref",
        { "@odata.id": `https://graph/v1.0/directoryObjects/${id}` },
      ]),
    );
  });

  it("takes a member that is one already, and reports another refusal", async () => {
    const exists = refusal(
      400,
      "One or more added object references already exist for the following modified properties",
    );
    const { run, added } = service(0, [exists]);
    assert.deepEqual([await run(), added.length], [true, 1]);
    await assert.rejects(service(0, [refusal(403, "Insufficient privileges")]).run(), /Insufficient privileges/);
  });

  it("looks once where nobody is to be added", async () => {
    for (const unlisted of [0, 1]) assert.equal(await service(unlisted, []).run({ members: [] }), unlisted === 0);
  });

  it("finds the group that the failure names, which has a passing name, and gives it its own", async () => {
    const { run, added } = service(9, [], { id: "g", displayName: "TERRAFORM_UPDATE_1", description });
    assert.equal(await run({ members: [], id: "g" }), true);
    assert.deepEqual(added, [["PATCH", "/v1.0/groups/g", { displayName: "Analysts" }]]);
    const strange = service(9, [], { id: "g", displayName: "TERRAFORM_UPDATE_1", description: "somebody's" });
    assert.deepEqual([await strange.run({ members: [], id: "g" }), strange.added], [false, []]);
  });

  it("adds nobody to a group without this stack's mark", async () => {
    const { run, added } = service(0, []);
    assert.deepEqual([await run({ description: "Analysts" }), added], [false, []]);
  });
});
