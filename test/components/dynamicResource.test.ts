import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { compileFunction } from "node:vm";
import { DynamicResource, type DynamicResourceLogic } from "../../components/dynamicResource";
import { only, settled, startMocks, type Registration } from "./mocks";

class Authorization extends DynamicResource {
  constructor(name: string, properties: Record<string, unknown>) {
    super("DefenderSiemAuthorization", name, properties);
  }
}

describe("components: DynamicResource", () => {
  const type = "pulumi-nodejs:dynamic/defender-mssp:DefenderSiemAuthorization";

  async function registered(): Promise<Registration> {
    await startMocks();
    new Authorization("one", { applicationId: "a" });
    await settled();
    return only(type);
  }

  async function code(): Promise<string> {
    return (await registered()).inputs["__provider"] as string;
  }

  it("a resource of Pulumi's dynamic provider with its own type token", async () => {
    const one = await registered();
    assert.equal(one.deleteBeforeReplace, true);
    assert.deepEqual(Object.keys(one.inputs).sort(), ["__provider", "applicationId"]);
    assert.equal(one.inputs["applicationId"], "a");
  });

  it("the provider code is exactly the text in the state of each deployed stack", async () => {
    const golden = readFileSync(path.join(__dirname, "dynamicResource.golden.txt"), "utf8");
    assert.equal(await code(), golden);
  });

  it("the provider code passes each call with its arguments to the package", async () => {
    const module = { exports: {} as { handler(): Record<string, (...args: unknown[]) => Promise<unknown>> } };
    // As the dynamic provider loads it: as a module's text.
    const calls: unknown[] = [];
    const logic = Object.fromEntries(
      ["check", "diff", "create", "read", "update", "delete"].map((method) => [
        method,
        (...args: unknown[]) => (calls.push([method, ...args]), Promise.resolve(method)),
      ]),
    );
    const text = (await code()).replace('import("@defender-mssp/microsoft")', "imported()");
    const run = compileFunction(text, ["exports", "imported"]) as (
      exports: object,
      imported: () => Promise<object>,
    ) => void;
    run(module.exports, () => Promise.resolve({ ["siemAuthorizationResource" satisfies DynamicResourceLogic]: logic }));
    const provider = module.exports.handler();
    assert.deepEqual(Object.keys(provider), Object.keys(logic));
    for (const [method, call] of Object.entries(provider)) assert.equal(await call(1, "two", method), method);
    assert.deepEqual(
      calls,
      Object.keys(logic).map((method) => [method, 1, "two", method]),
    );
  });
});
