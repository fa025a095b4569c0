import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { EngineEventLog } from "../../../cli/fleet/engineEventLog";

const urn = "urn:pulumi:contoso::defender-mssp::";
type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

describe("the changes of a fleet run", () => {
  it("leave out the engine's default providers, as pulumi preview does, and keep a provider of the program", () => {
    const log = new EngineEventLog("contoso", "preview", [], { onStep: () => undefined, onWait: () => undefined });
    log.add(update("pulumi:providers:pulumi-nodejs", "default", { "defender-mssp:analysts": "[]" }));
    log.add(update("pulumi:providers:azuread", "default_6_9_1", { version: "6.9.1" }));
    log.add(update("pulumi:providers:azuread", "customer", { tenantId: "other" }));
    log.add(update("azuread:index/group:Group", "default", { displayName: "Analysts" }));
    const { preview } = log.result({ ok: true, messages: [], printed: "", additions: [] });
    assert.deepEqual(
      preview?.changes.map(({ type, name }) => `${type} ${name}`),
      ["pulumi:providers:azuread customer", "azuread:index/group:Group default"],
    );
  });
});

function update(type: string, name: string, inputs: Record<string, unknown>): EngineEvent {
  const state = { type, urn: `${urn}${type}::${name}`, custom: true, inputs: {}, outputs: {} };
  const metadata = { op: "update", type, urn: state.urn, old: state, new: { ...state, inputs } };
  return { sequence: 1, timestamp: 0, resourcePreEvent: { metadata: metadata as unknown as Metadata } };
}
