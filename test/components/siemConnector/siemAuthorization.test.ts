import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  DefenderSiemAuthorization,
  type DefenderSiemAuthorizationArgs,
} from "../../../components/siemConnector/siemAuthorization";

/**
 * What the engine would be asked for. Doesn't prove parents, order or what the provider's methods
 * do: those are called in siemAuthorizationProvider.test.ts, and on the real engine.
 */
describe("DefenderSiemAuthorization", () => {
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

  function make(more: Partial<DefenderSiemAuthorizationArgs> = {}): DefenderSiemAuthorization {
    return new DefenderSiemAuthorization("siem-authorization", { ...args, ...more });
  }

  it("declares one resource of its own type", async () => {
    const resource = make();
    await valueOf(resource.urn);
    assert.equal(asked.length, 1);
    assert.equal(asked[0]!.type, "pulumi-nodejs:dynamic/defender-mssp:DefenderSiemAuthorization");
    const { __provider, ...inputs } = inputsOf(asked[0]!);
    assert.match(__provider as string, /\.siemAuthorizationResource\[method\]/);
    assert.deepEqual(inputs, { ...args, managedBy: "defender-mssp/dev/siem-authorization" });
  });

  it("passes an endpoint on only if one is set", async () => {
    const resource = make({ endpoint: "https://gateway.example/defender", mode: "endpoint" });
    assert.equal(await valueOf(resource.endpoint), "https://gateway.example/defender");
    assert.equal(inputsOf(asked[0]!).endpoint, "https://gateway.example/defender");
  });

  it("outputs the provider's values", async () => {
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
