import assert from "node:assert/strict";
import * as microsoft from "@defender-mssp/microsoft";
import * as rpc from "@pulumi/pulumi/runtime/rpc";
import { dynamicResourceLogic } from "../../domain/stateCode";
import { customResources } from "../../plugin/customResources";

const tenantId = "c0570500-0000-4000-8000-00000000000a";

describe("plugin: custom resources", () => {
  const urn = (type: string, name: string) =>
    `urn:pulumi:dev::program::defender-mssp:index:CustomerOnboarding$defender-mssp:index:${type}::${name}`;
  const secret = (value: unknown) => ({ [rpc.specialSigKey]: rpc.specialSecretSig, value });
  const rule = { tenantId, name: "SOC", severities: ["High"], recipients: ["soc@fabrikam.example"], mode: "manual" };

  it("run the logic of each dynamic resource by the last part of the type", async () => {
    for (const [type, logic] of Object.entries(dynamicResourceLogic)) {
      const expected = (microsoft[logic] as unknown as Checks).check({}, { managedBy: "program/dev/x" });
      const checked = await customResources.check(urn(type, "x"), {}, { managedBy: "program/dev/x" });
      assert.deepEqual(checked.failures, expected.failures, type);
    }
    await assert.rejects(async () => customResources.check(urn("Other", "x"), {}, {}), {
      message: "The package defender-mssp has no resource Other.",
    });
  });

  it("are marked by project, stack and name where a program declares them by itself", async () => {
    const checked = await customResources.check(urn("AlertNotificationRule", "a::b"), {}, rule);
    assert.deepEqual(checked.failures, []);
    assert.equal(checked.inputs["managedBy"], "program/dev/a::b");
    const given = await customResources.check(urn("AlertNotificationRule", "a"), {}, { ...rule, managedBy: "mine" });
    assert.equal(given.inputs["managedBy"], "mine");
    assert.ok(!("managedBy" in (await customResources.check(urn("StackIdentity", "a"), {}, {})).inputs));
  });

  it("give a secret back as a secret, and the logic its value", async () => {
    const news = { ...rule, recipients: [secret("soc@fabrikam.example")] };
    const checked = await customResources.check(urn("AlertNotificationRule", "a"), {}, news);
    assert.deepEqual(checked.failures, []);
    assert.deepEqual(checked.inputs["recipients"], secret(["soc@fabrikam.example"]));
    assert.equal(checked.inputs["name"], "SOC");
    const created = await customResources.create(urn("AlertNotificationRule", "a"), checked.inputs);
    assert.deepEqual(created.outs["recipients"], secret(["soc@fabrikam.example"]));
    assert.equal(created.outs["status"], "manual");
    const read = await customResources.read(created.id, urn("AlertNotificationRule", "a"), created.outs);
    assert.deepEqual({ ...read.props }, created.outs);
    const same = await customResources.diff(
      created.id,
      urn("AlertNotificationRule", "a"),
      created.outs,
      checked.inputs,
    );
    assert.equal(same.changes, false);
  });

  it("leave a value that is not known yet as it is", async () => {
    const checked = await customResources.check(urn("PortalAccessModel", "a"), {}, { model: rpc.unknownValue });
    assert.deepEqual(checked, { inputs: { model: rpc.unknownValue }, failures: [] });
  });

  it("cannot be imported, which one line says", () =>
    assert.rejects(customResources.read("id", urn("ConnectedOrganization", "a")), (error: Error) => {
      assert.match(error.message, /^ConnectedOrganization cannot be imported\. Declare it: /);
      return true;
    }));
});

interface Checks {
  check(olds: object, news: object): { readonly failures: unknown };
}
