import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { siemAuthorizationResource } from "@defender-mssp/microsoft";
import type {
  DefenderSiemAuthorization,
  DefenderSiemAuthorizationArgs,
} from "../../../components/defender/siemAuthorization";

const load = createRequire(__filename);
const componentFile = load.resolve("../../../components/defender/siemAuthorization");

/**
 * What the engine would be asked for. Doesn't prove parents, order or what the provider's methods do: those are called in
 * siemAuthorizationProvider.test.ts, and on the real engine.
 */
describe("components/defender: DefenderSiemAuthorization", () => {
  let asked: pulumi.runtime.MockResourceArgs[];
  const args: DefenderSiemAuthorizationArgs = {
    tenantId: "c0570500-0000-4000-8000-00000000000a",
    applicationId: "c0ffee00-0000-4000-8000-000000000001",
    msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001",
    mode: "endpoint",
  };

  beforeEach(async () => {
    asked = [];
    await mock(false);
  });

  async function mock(preview: boolean): Promise<void> {
    await pulumi.runtime.setMocks(
      {
        newResource: (one) => {
          asked.push(one);
          return {
            id: `${one.name}-id`,
            state: preview ? inputsOf(one) : { ...inputsOf(one), status: "authorized", adopted: false },
          };
        },
        call: () => ({}),
      },
      "defender-mssp",
      "dev",
      preview,
    );
  }

  /** The module anew, so that its provider is serialized anew. */
  function make(more: Partial<DefenderSiemAuthorizationArgs> = {}): DefenderSiemAuthorization {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
    delete load.cache[componentFile];
    const module = load(componentFile) as typeof import("../../../components/defender/siemAuthorization");
    return new module.DefenderSiemAuthorization("siem-authorization", { ...args, ...more });
  }

  async function serialized(): Promise<string> {
    const resource = make();
    await valueOf(resource.urn);
    return inputsOf(asked.at(-1)!).__provider as string;
  }

  it("asks for one resource of a type that policies can name", async () => {
    const resource = make();
    await valueOf(resource.urn);
    assert.equal(asked.length, 1);
    assert.equal(asked[0]!.type, "pulumi-nodejs:dynamic/defender-mssp:DefenderSiemAuthorization");
    const { __provider, ...inputs } = inputsOf(asked[0]!);
    assert.equal(typeof __provider, "string");
    assert.deepEqual(inputs, { ...args, managedBy: "defender-mssp/dev/siem-authorization" });
  });

  it("passes an endpoint on only where there is one", async () => {
    const resource = make({ endpoint: "https://gateway.example/defender", mode: "endpoint" });
    assert.equal(await valueOf(resource.endpoint), "https://gateway.example/defender");
    assert.equal(inputsOf(asked[0]!).endpoint, "https://gateway.example/defender");
  });

  it("gives out what the provider found", async () => {
    const resource = make();
    assert.equal(await valueOf(resource.status), "authorized");
    assert.equal(await valueOf(resource.adopted), false);
    assert.equal(await valueOf(resource.managedBy), "defender-mssp/dev/siem-authorization");
    assert.equal(await pulumi.isSecret(resource.status), false);
  });

  it("leaves status unknown in a preview", async () => {
    await mock(true);
    const resource = make({ applicationId: pulumi.output(Promise.resolve(args.applicationId)) });
    await valueOf(resource.urn);
    assert.equal(await isKnown(resource.status), false);
  });

  it("keeps at most 4 KiB of code in the state: calls of the package, and nothing else", async () => {
    const code = await serialized();
    assert.ok(Buffer.byteLength(code) <= 4096, `${Buffer.byteLength(code)} bytes`);
    for (const unwanted of [
      "__importStar",
      "__importDefault",
      "__awaiter",
      "process.env",
      "ARM_",
      path.dirname(componentFile),
    ]) {
      assert.ok(!code.includes(unwanted), unwanted);
    }
    assert.equal(code.match(/import\("@defender-mssp\/microsoft"\)/g)?.length, 6);
    for (const method of ["check", "diff", "create", "read", "update", "delete"]) {
      assert.ok(code.includes(`siemAuthorizationResource.${method}(`), method);
    }
  });

  it("keeps the same code when the logic changes", async () => {
    const before = await serialized();
    const original = { ...siemAuthorizationResource };
    siemAuthorizationResource.create = () => Promise.reject(new Error("other logic"));
    try {
      assert.equal(await serialized(), before);
    } finally {
      Object.assign(siemAuthorizationResource, original);
    }
  });

  it("keeps the code that every deployed stack has: another one would show as a change in each", async () => {
    const golden = readFileSync(path.join(__dirname, "siemAuthorizationProvider.golden.txt"), "utf8");
    assert.equal((await serialized()).trim(), golden.trim());
  });

  function inputsOf({ inputs }: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
    return inputs as Record<string, unknown>;
  }

  function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => output.apply((value) => resolve(value)));
  }

  function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
    return (output as unknown as { isKnown: Promise<boolean> }).isKnown;
  }
});
