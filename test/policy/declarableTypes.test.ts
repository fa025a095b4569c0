import assert from "node:assert/strict";
import path from "node:path";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { declarableTypes } from "../../dev/policyTypes/tokens";
import { decided } from "../../dev/policyTypes/main";
import { decisionAbout, decisions, type DeclarableTypes } from "../../policy/declarableTypes";
import listed from "../../policy/typeDecisions.json";
import { programTypes } from "../../domain/resourceTypes";
import { grantingProperties } from "../../policy/grantingProperties";

const root = path.resolve(__dirname, "..", "..");

describe("policy: types that the provider SDKs can declare", () => {
  const found = declarableTypes(path.join(root, "node_modules"));
  const types: DeclarableTypes = listed;

  it("lists exactly the types of the installed SDKs (after a change: npm run policy:types)", () => {
    assert.deepEqual(decided(types, found), types);
    assert.ok(Object.values(found).flat().length > 2000, "azure-native was found");
  });

  it("has a decision for each declarable type", () =>
    assert.deepEqual(types.undecided, {}, "move these to judged, refused or others in policy/typeDecisions.json"));

  it("names no type twice", () => {
    const all = decisions.flatMap((decision) =>
      Object.entries(types[decision]).flatMap(([group, names]) => names.split(" ").map((name) => `${group} ${name}`)),
    );
    assertNone(all, (one, index) => all.indexOf(one) !== index);
  });

  it("marks exactly the types as judged whose granting properties are listed with their rules", () => {
    const judged = new Set(grantingProperties.map(({ type }) => type));
    const tokens = Object.entries(types.judged).flatMap(([group, names]) =>
      names.split(" ").map((name) => {
        const [plugin = ""] = group.split(":");
        return plugin === "azure-native"
          ? `${group}:${name}`
          : `${plugin}:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
      }),
    );
    assert.ok(tokens.length > 20);
    assert.deepEqual(tokens.sort(), [...judged].filter((type) => !/^pulumi(-nodejs)?:/.test(type)).sort());
  });

  it("does not refuse a type that the program declares", () =>
    assertNone(programTypes, (type) => ["refused", "undecided"].includes(decisionAbout(type) ?? "others")));

  it("keeps a new type undecided, and drops a type that the SDKs no longer have", () => {
    const former = { others: { azuread: "Gone Kept" } };
    assert.deepEqual(decided(former, { azuread: ["Kept", "New"] }), {
      judged: {},
      refused: {},
      others: { azuread: "Kept" },
      undecided: { azuread: "New" },
    });
    assert.equal(decisionAbout("azuread:index/new:New"), "undecided");
    assert.equal(decisionAbout("kubernetes:core/v1:Secret"), undefined);
  });
});
