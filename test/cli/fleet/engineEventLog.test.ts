import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { EngineEventLog } from "../../../cli/fleet/engineEventLog";

const urn = "urn:pulumi:contoso::defender-mssp::";
const ignored = { onStep: () => undefined, onWait: () => undefined, onResources: () => undefined };
type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

describe("the changes of a fleet run", () => {
  it("leave out the engine's default providers, as pulumi preview does, and keep a provider of the program", () => {
    const log = new EngineEventLog("contoso", "preview", [], ignored);
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

describe("the resources that a fleet run is through with", () => {
  it("are those that the engine has ended, each once, without components, default providers and a refresh", () => {
    const counts: number[] = [];
    const log = new EngineEventLog("contoso", "up", [], { ...ignored, onResources: (done) => counts.push(done) });
    log.add(ended("same", "group", "group"));
    log.add(ended("create-replacement", "group", "access"));
    log.add(ended("delete-replaced", "group", "access"));
    log.add(ended("same", "component", "customer", { custom: false }));
    log.add({ ...ended("update", "", "default"), resOutputsEvent: defaultProvider() });
    const refreshed = ended("refresh", "group", "late");
    log.add({ sequence: 1, timestamp: 0, resourcePreEvent: refreshed.resOutputsEvent! });
    log.add(refreshed);
    assert.deepEqual(counts, [1, 2, 2]);
    log.add(ended("same", "group", "late"));
    assert.equal(counts.at(-1), 3);
  });
});

describe("the messages of a failed fleet run", () => {
  const warning = (message: string): EngineEvent => ({
    sequence: 1,
    timestamp: 0,
    diagnosticEvent: { message, severity: "warning", color: "never", prefix: "", streamID: 0, ephemeral: false },
  });

  it("begin with the program's error, or with the error that the engine printed, and end with the warnings", () => {
    const log = new EngineEventLog("contoso", "up", [], ignored);
    log.add(warning("The portal changes."));
    const end = { ok: false, printed: "warning: The portal changes.\nerror: could not load provider\n", additions: [] };
    assert.deepEqual(log.result({ ...end, messages: [] }).messages, ["could not load provider", "The portal changes."]);
    assert.deepEqual(log.result({ ...end, messages: ["Wrong settings."] }).messages, [
      "Wrong settings.",
      "The portal changes.",
    ]);
  });
});

function ended(op: string, type: string, name: string, { custom = true } = {}): EngineEvent {
  const metadata = { op, type, urn: `${urn}${type}::${name}`, new: { type, custom, inputs: {}, outputs: {} } };
  return { sequence: 1, timestamp: 0, resOutputsEvent: { metadata: metadata as unknown as Metadata } };
}

function defaultProvider(): { metadata: Metadata } {
  return update("pulumi:providers:azuread", "default_6_9_1", {}).resourcePreEvent!;
}

function update(type: string, name: string, inputs: Record<string, unknown>): EngineEvent {
  const state = { type, urn: `${urn}${type}::${name}`, custom: true, inputs: {}, outputs: {} };
  const metadata = { op: "update", type, urn: state.urn, old: state, new: { ...state, inputs } };
  return { sequence: 1, timestamp: 0, resourcePreEvent: { metadata: metadata as unknown as Metadata } };
}
