/** The table of kinds and the policy pack name the same properties with the same rules. */
import assert from "node:assert/strict";
import { applicable, isNotApplicable, type AccessKind } from "../../domain/kinds/accessKind";
import { kinds } from "../../domain/kinds/kinds";
import { grantingProperties } from "../../policy/grantingProperties";
import { rules } from "../../policy/rules";

type Judged = Readonly<Record<string, string>>;

/** What the pack's rules read of the kind's own types. */
function judgedByRules({ types }: AccessKind): Judged {
  const own: readonly string[] = applicable(types) ?? [];
  return Object.fromEntries(
    grantingProperties.filter(({ type }) => own.includes(type)).map(({ property, rule }) => [property, rule]),
  );
}

describe("the properties that a kind of access is judged by", () => {
  for (const kind of kinds) {
    const judged: Judged = applicable(kind.judged) ?? {};
    if (applicable(kind.types) === undefined) continue;
    it(`are those of the policy rules: ${kind.plural}`, () => assert.deepEqual(judged, judgedByRules(kind)));
  }

  it("are those of the resource that declares a kind without types of its own", () => {
    for (const { key, types, judged } of kinds) {
      if (!isNotApplicable(types) || isNotApplicable(judged)) continue;
      for (const [property, rule] of Object.entries(judged))
        assert.ok(
          grantingProperties.some((granting) => granting.property === property && granting.rule === rule),
          `${key}: ${property} by ${rule}`,
        );
    }
  });

  it("have rules of the pack", () => {
    const names = new Set(rules.map(({ name }) => name));
    for (const { key, judged } of kinds)
      for (const rule of Object.values(applicable(judged) ?? {})) assert.ok(names.has(rule), `${key}: ${rule}`);
  });
});
