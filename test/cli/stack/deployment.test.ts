import assert from "node:assert/strict";
import { parseDeployment, parseWholeState } from "../../../cli/stack/deployment";

const group = { urn: "urn:pulumi:dev::p::azuread:index/group:Group::g", type: "azuread:index/group:Group" };
const state = (deployment: unknown) => JSON.stringify({ version: 3, deployment });

describe("cli/stack/deployment", () => {
  it("reads resources with their defaults, interrupted operations and the time", () => {
    const deployment = parseDeployment(
      "dev",
      state({
        manifest: { time: "2026-11-26T10:00:00Z" },
        resources: [{ ...group, id: "/groups/1", custom: true, inputs: { displayName: "G" } }],
        pending_operations: [{ type: "creating", resource: group }],
      }),
    );
    const plain = { ...group, id: "", custom: false, delete: false, retainOnDelete: false, inputs: {}, outputs: {} };
    assert.deepEqual(deployment, {
      stack: "dev",
      resources: [{ ...plain, id: "/groups/1", custom: true, inputs: { displayName: "G" } }],
      pending: [{ operation: "creating", resource: plain }],
      writtenAt: "2026-11-26T10:00:00Z",
    });
  });

  it("reads a stack without a state as empty", () => {
    for (const empty of [state(null), state({ resources: null }), JSON.stringify({ version: 3 })])
      assert.deepEqual(parseDeployment("dev", empty), { stack: "dev", resources: [], pending: [] });
  });

  it("refuses another format, also in an interrupted operation", () => {
    const expected = /^The state of stack "dev" can't be read: unknown format\.$/;
    const wrong = [
      [],
      { resources: {} },
      { resources: [{ type: "x" }] },
      { pending_operations: [{ type: "creating" }] },
    ];
    for (const one of wrong) assert.throws(() => parseDeployment("dev", state(one)), { message: expected });
  });

  it("keeps everything of a state that is written back", () => {
    const whole = {
      version: 3,
      deployment: { resources: [{ ...group, unknown: 1 }], secrets_providers: { type: "x" } },
    };
    assert.deepEqual(parseWholeState("dev", JSON.stringify(whole)), whole);
  });
});
