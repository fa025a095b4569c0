import assert from "node:assert/strict";
import { objectIdIn, removeCreator, type Answer, type GraphCall } from "@defender-mssp/microsoft";

describe("microsoft/graph: removeCreator, after a create of a service principal that failed half way", () => {
  /** A service whose lists, and then whose objects, lack the new one for so many requests each. */
  function service(unlisted: number, unseen: number, owners = ["me"]) {
    const deletions: string[] = [];
    let looks = 0;
    const answered = (status: number, body?: object): Answer => ({
      status,
      body,
      headers: new Headers(),
      text: "",
      tries: 1,
    });
    const call: GraphCall = (path, { method = "GET" } = {}) => {
      if (path.endsWith("/owners")) return Promise.resolve(answered(200, { value: owners.map((id) => ({ id })) }));
      if (method === "GET") return Promise.resolve(answered(200, { value: looks++ < unlisted ? [] : [{ id: "sp" }] }));
      deletions.push(`${method} ${path}`);
      return Promise.resolve(answered(deletions.length <= unseen ? 404 : 204));
    };
    const context = { sleep: () => Promise.resolve(), environment: {} };
    return { deletions, run: () => removeCreator(call, { appId: "app", creatorId: "me" }, context) };
  }

  it("repeats the deletion until a replica that has the object takes it", async () => {
    const { run, deletions } = service(2, 3);
    assert.equal(await run(), true);
    assert.deepEqual(new Set(deletions), new Set(["DELETE /v1.0/servicePrincipals/sp/owners/me/$ref"]));
    assert.equal(deletions.length, 4);
  });

  it("ends where the plugin's request was carried out: nobody owns it", async () => {
    const { run, deletions } = service(0, Infinity, []);
    assert.equal(await run(), true);
    assert.equal(deletions.length, 1);
  });

  it("ends after ten minutes where no replica shows the object", async () => {
    const { run, deletions } = service(Infinity, 0);
    assert.deepEqual([await run(), deletions], [false, []]);
  });
});

describe("microsoft/graph: objectIdIn", () => {
  it("reads the claim oid of a token, and nothing of another text", () => {
    const token = `x.${Buffer.from(JSON.stringify({ oid: "me" })).toString("base64url")}.y`;
    assert.deepEqual([objectIdIn(token), objectIdIn("opaque")], ["me", undefined]);
  });
});
