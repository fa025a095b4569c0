/** Each kind of access has the properties that policy rules judge, in one of two tables. */
import assert from "node:assert/strict";
import { applicable, isNotApplicable } from "../../domain/kinds/accessKind";
import { kinds } from "../../domain/kinds/kinds";
import { grantingProperties } from "../../policy/grantingProperties";

describe("the properties that a kind of access is judged by", () => {
  it("are in the policy pack's table for its types, or the kind says why not", () => {
    const types = new Set(grantingProperties.map(({ type }) => type));
    for (const kind of kinds) {
      const isListed = (applicable(kind.types) ?? []).some((type) => types.has(type));
      assert.notEqual(kind.judged !== undefined, isListed, kind.key);
    }
  });

  it("are those of the resource that declares a kind without types of its own", () => {
    for (const { key, judged = {} } of kinds) {
      for (const [property, rule] of Object.entries(isNotApplicable(judged) ? {} : judged))
        assert.ok(
          grantingProperties.some((granting) => granting.property === property && granting.rule === rule),
          `${key}: ${property} by ${rule}`,
        );
    }
  });
});
