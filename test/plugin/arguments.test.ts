import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { argumentsOf } from "../../plugin/arguments";
import schemaFile from "../../plugin/schema.json";
import type { PackageSchema } from "../../plugin/schema";
import { requiredSettings } from "../settings/required";

const schema = schemaFile as unknown as PackageSchema;
const type = "defender-mssp:index:CustomerOnboarding";

describe("plugin: arguments", () => {
  const complete = {
    ...requiredSettings,
    msspName: "Fabrikam Security",
    analysts: [{ email: "ana@fabrikam.example", displayName: "Ana" }],
  };
  // The constructor is public in the SDK, and left out of its types.
  const UnknownOutput = pulumi.Output as unknown as new (...parts: unknown[]) => pulumi.Output<string>;
  const no = Promise.resolve(false);
  const unknown = new UnknownOutput(new Set(), Promise.resolve(), no, no, Promise.resolve(new Set()));

  async function problems(changes: pulumi.Inputs): Promise<string> {
    return argumentsOf(schema, type, { ...complete, ...changes }).then(
      () => "",
      (error: unknown) => (error as Error).message,
    );
  }

  it("pass unchanged where they are as the schema says", async () =>
    assert.deepEqual(await argumentsOf(schema, type, complete), complete));

  it("resolve an output where the component takes a plain value, also inside a list", async () => {
    const analysts = [{ email: pulumi.output("ana@fabrikam.example"), displayName: "Ana" }];
    assert.deepEqual((await argumentsOf(schema, type, { ...complete, analysts }))["analysts"], complete.analysts);
    const whole = await argumentsOf(schema, type, { ...complete, analysts: pulumi.output(complete.analysts) });
    assert.deepEqual(whole["analysts"], complete.analysts);
  });

  it("stay outputs where the component takes an Input, known or not", async () => {
    const analysts = [{ email: "ana@fabrikam.example", displayName: unknown }];
    const read = await argumentsOf(schema, type, { ...complete, customerName: unknown, analysts });
    assert.equal(read["customerName"], unknown);
    assert.equal((read["analysts"] as { displayName: unknown }[])[0]?.displayName, unknown);
  });

  it("are refused where a plain value is not known in a preview, or is a secret", async () => {
    assert.match(await problems({ analysts: unknown }), /^analysts: its value must be known in a preview/);
    assert.match(
      await problems({ analysts: [{ email: unknown, displayName: "Ana" }] }),
      /^analysts\[0\]\.email: its value/,
    );
    assert.match(await problems({ analysts: [unknown] }), /^analysts\[0\]: its value must be known in a preview/);
    assert.match(await problems({ cloud: pulumi.secret("public") }), /^cloud: must not be a secret/);
  });

  for (const [name, changes, message] of [
    ["a missing one", { tenantId: undefined }, "tenantId: is required"],
    ["null", { tenantId: null }, "tenantId: is required"],
    ["a value outside of a closed set", { cloud: "mars" }, "cloud: must be one of dod, gcc, gccHigh, public"],
    ["an unknown kind", { connector: { kind: "x" } }, "connector.kind: must be one of customerApp, msspApp"],
    ["no map for a union", { portalAccess: "rbac" }, "portalAccess: must be a map"],
    ["no list", { analysts: "ana" }, "analysts: must be a list"],
    ["another type", { customerName: 3 }, "customerName: must be a string"],
    [
      "a union without a discriminator",
      {
        portalAccess: {
          model: "entitlement",
          tiers: { tier1: { name: "1" }, tier2: { name: "2" }, approvers: { name: "3" } },
          approvers: [],
          expiresAfterDays: 1,
          reviewEvery: "year",
          identitySource: {},
        },
      },
      "portalAccess.identitySource: must have tenantId, or domain",
    ],
  ] as const) {
    it(`are refused by name: ${name}`, async () => assert.equal(await problems(changes), message));
  }

  it("are refused all together, with the arguments that there are for one that there is not", async () => {
    const message = await problems({ analyst: [], cloud: "mars" });
    assert.match(message, /^\n- analyst: no such argument; there are .*analysts.*\n- cloud: must be one of/s);
  });

  it("are never shown: one may be a secret in the wrong place", async () =>
    assert.doesNotMatch(await problems({ cloud: "hunter2hunter2" }), /hunter2/));

  it("belong to a component of the package", async () => {
    const refused = argumentsOf(schema, "defender-mssp:index:Other", {});
    await assert.rejects(refused, { message: "The package defender-mssp has no component defender-mssp:index:Other." });
  });
});
