import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { dynamic } from "../../../domain/resourceTypes";
import { leaveAdopted, type AdoptedResource } from "../../../components/tenant/adopted";
import type { DeployedResources } from "../../../components/tenant/deployedResources";

const type = "azuread:index/group:Group";
const urn =
  "urn:pulumi:contoso::defender-mssp::defender-mssp:index:MsspSecurityGroup$azuread:index/group:Group::tier1-group";
const entry: AdoptedResource = { resource: "tier1-group", id: "hand-made", onDestroy: "keep" };

/** Options of the group after the transformation; undefined if it did not apply. */
function optionsOf(adopted: AdoptedResource, objectId?: string): pulumi.CustomResourceOptions | undefined {
  const deployed: DeployedResources = objectId === undefined ? {} : { [urn]: { type, outputs: { objectId } } };
  const args = { type, name: "tier1-group", props: {}, opts: { ignoreChanges: ["theme"] } };
  return leaveAdopted([adopted], deployed)(args as unknown as pulumi.ResourceTransformationArgs)?.opts;
}

describe("leaveAdopted", () => {
  it("leaves name and description of an adopted group, and keeps the group on destroy", () => {
    const opts = optionsOf(entry, "HAND-MADE");
    assert.equal(opts?.retainOnDelete, true);
    for (const name of ["theme", "displayName", "description"]) assert.ok(opts.ignoreChanges?.includes(name), name);
    assert.ok(!opts.ignoreChanges?.includes("members"), "the program manages the members");
  });

  it("deletes it on destroy if the settings say so, and does not manage members that are kept", () => {
    const opts = optionsOf({ ...entry, onDestroy: "delete", members: "keep" }, "hand-made");
    assert.equal(opts?.retainOnDelete, false);
    assert.ok(opts.ignoreChanges?.includes("members"));
  });

  it("has no effect on another object that the program created in its place", () =>
    assert.equal(optionsOf(entry, "created-by-up"), undefined));

  it("leaves a detection rule, until somebody deletes it and the program creates it with the stack's mark", () => {
    const ruleType = dynamic("DetectionRule");
    const ruleOptions = (managedBy: string, props = {}) => {
      const deployed = { "urn:pulumi:contoso::p::t::detections-shell": { type: ruleType, outputs: { managedBy } } };
      const adopted = [{ resource: "detections-shell", id: "fabrikam-shell", onDestroy: "delete" as const }];
      const args = { type: ruleType, name: "detections-shell", props, opts: {} };
      return leaveAdopted(adopted, deployed)(args as unknown as pulumi.ResourceTransformationArgs)?.opts;
    };
    assert.deepEqual(ruleOptions("")?.ignoreChanges, ["displayName", "description", "managedBy"]);
    assert.equal(ruleOptions("", { foundInTenant: "missing" }), undefined);
    assert.equal(ruleOptions("defender-mssp/contoso#0123456789abcdef/detections-shell"), undefined);
  });

  it("deletes by itself what would be deleted together with an object that is kept", () => {
    const owner = { __name: "tier1-group" };
    const optionsWith = (onDestroy: "keep" | "delete", name: string) => {
      const args = { type, name, props: {}, opts: { deletedWith: owner, protect: true } };
      return leaveAdopted([{ ...entry, onDestroy }], {})(args as unknown as pulumi.ResourceTransformationArgs)?.opts;
    };
    assert.deepEqual(optionsWith("keep", "service-principal"), { protect: true });
    assert.equal(optionsWith("delete", "service-principal"), undefined);
    const other = { ...entry, resource: "service-principal" };
    const args = { type, name: "service-principal", props: {}, opts: { deletedWith: owner } };
    const opts = leaveAdopted([entry, other], {})(args as unknown as pulumi.ResourceTransformationArgs)?.opts;
    assert.deepEqual([opts?.retainOnDelete, Object.keys(opts ?? {}).includes("deletedWith")], [true, false]);
  });

  it("has no effect on a resource that is not adopted", () =>
    assert.equal(optionsOf({ ...entry, resource: "tier2-group" }, "hand-made"), undefined));
});
