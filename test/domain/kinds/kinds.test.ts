import assert from "node:assert/strict";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { applicable, isNotApplicable, type AccessKind } from "../../../domain/kinds/accessKind";
import { isWithoutObject, kinds, resourceKind } from "../../../domain/kinds/kinds";
import { writingPermissions } from "../../../domain/writingPermissions";
import { expectedKinds } from "../../../domain/prerequisites";
import { hasModel } from "../../../domain/prerequisiteSettings";
import {
  azureRoleAssignment,
  component,
  dynamic,
  pluginTypePrefix,
  programTypes,
  stackType,
} from "../../../domain/resourceTypes";

const keys = kinds.map(({ key }) => key);

describe("the table of kinds", () => {
  it("names each kind once", () => {
    assert.deepEqual(new Set(keys).size, keys.length);
    assert.deepEqual(new Set(kinds.map(({ plural }) => plural)).size, keys.length);
  });

  it("has each type of the program's in exactly one kind, or in one for each component", () => {
    const types = kinds.flatMap(({ within = "", ...kind }) =>
      (applicable(kind.types) ?? []).map((type) => `${within} ${type}`),
    );
    assert.deepEqual(new Set(types).size, types.length);
    assertNone(programTypes, (type) => resourceKind({ type }) === undefined);
    assert.equal(resourceKind({ type: "azure-native:keyvault/v20230701:Vault" })?.key, "keyVault");
    assert.equal(resourceKind({ type: "azuread:index/user:User" }), undefined);
  });

  it("tells role assignments of Azure apart by their component", () => {
    const urn = (components: string) =>
      `urn:pulumi:contoso::project::${components}$${azureRoleAssignment}::sentinel-tier1-reader`;
    const kindIn = (parents: string) => resourceKind({ type: azureRoleAssignment, urn: urn(parents) })?.key;
    assert.equal(kindIn(component("SentinelAccess")), "sentinelAssignment");
    assert.equal(kindIn(`acme:index:Office$${component("SentinelAccess")}`), "sentinelAssignment");
    assert.equal(kindIn(component("CredentialHandover")), "vaultReader");
    assert.equal(resourceKind({ type: azureRoleAssignment })?.key, "vaultReader");
  });

  it("knows each dynamic resource in the plugin's form, too", () => {
    for (const type of programTypes.filter((token) => token.startsWith("pulumi-nodejs:"))) {
      const name = type.split(":").at(-1)!;
      assert.equal(resourceKind({ type: `${pluginTypePrefix}${name}` }), resourceKind({ type }), name);
    }
    assert.equal(resourceKind({ type: dynamic("Guest") })?.key, "guest");
  });

  it("gives a reason for each cell that is not applicable", () => {
    for (const kind of kinds) {
      for (const [name, cell] of Object.entries(kind) as [keyof AccessKind, unknown][])
        if (isNotApplicable(cell)) assert.match(cell.notApplicable, /^\S.{8,}[^.]$/, `${kind.key}.${name}`);
    }
  });

  it("names an owner that is a kind, and removes a part no later than its owner", () => {
    for (const { key, removal } of kinds) {
      if (removal.by !== "owner") continue;
      const owner = kinds.find((kind) => kind.key === removal.owner);
      assert.ok(owner !== undefined && owner.removal.by === "destroy", key);
      assert.ok(removal.order <= owner.removal.order, key);
    }
  });

  it("knows what each permission that writes is for", () => {
    const known = new Set(writingPermissions.map(({ permission }) => permission));
    const azure = ["Reader", "Contributor", "Key Vault Contributor", "Role Based Access Control Administrator"];
    for (const model of ["basic", "rbac", "entitlement", "governance"] as const) {
      const settings = { analysts: [], portalAccess: { model }, defenderCalls: { mode: "endpoint" } } as const;
      for (const kind of kinds) {
        for (const permission of applicable(kind.write)?.(settings) ?? [])
          assert.ok(known.has(permission) || azure.includes(permission), `${kind.key}: ${permission}`);
      }
    }
  });

  it("expects the kinds of a model with that model only", () => {
    const settings = (model: "basic" | "entitlement") =>
      ({ analysts: [], portalAccess: { model }, defenderCalls: { mode: "manual" } }) as const;
    const expected = (model: "basic" | "entitlement") => expectedKinds(settings(model)).map(({ key }) => key);
    assert.ok(expected("basic").includes("directoryRoleAssignment"));
    assert.ok(!expected("basic").includes("accessPackage"));
    assert.ok(expected("entitlement").includes("accessPackageAssignment"));
    assert.ok(!hasModel("basic")(settings("entitlement")));
  });

  it("takes components, providers and the stack for no object", () => {
    assert.ok(isWithoutObject({ type: component("SiemConnector"), custom: false }));
    assert.ok(isWithoutObject({ type: "pulumi:providers:azuread", custom: true }));
    assert.ok(isWithoutObject({ type: stackType, custom: false }));
    assert.ok(!isWithoutObject({ type: "azuread:index/user:User", custom: true }));
  });
});
