import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import * as z from "zod/mini";
import { generatePulumiYaml } from "../../dev/docs/pulumiYaml";
import { checkSettings, settingKeys } from "../../settings";
import { settingsReference } from "../../settings/reference";
import { requiredSettings } from "./required";

const reference = settingsReference();
/** Settings in which a key inside a map or a list can be set. */
const contexts: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { analysts: [{ email: "ana@mssp.example", displayName: "Ana" }] },
  { portalAccess: { model: "basic" } },
  { portalAccess: { model: "rbac", activation: {} } },
  { portalAccess: { model: "entitlement", approvers: ["admin@contoso.com"] } },
  { connector: {} },
  { connector: { credential: { type: "secret" } } },
  { notificationRules: [{ name: "SOC", severities: ["High"], recipients: ["soc@mssp.example"] }] },
  { detections: { sets: ["base"] } },
];

function parsed(settings: Readonly<Record<string, unknown>>) {
  const values = Object.entries({ ...requiredSettings, analysts: [], ...settings });
  return checkSettings(
    Object.fromEntries(values.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)])),
    [],
    {},
  );
}

/**
 * The settings with a value at a key such as `analysts[].tier`; undefined where they have one, or
 * lack the map that it is in.
 */
function withValue(settings: object, key: string, value: unknown): Readonly<Record<string, unknown>> | undefined {
  const changed = structuredClone(settings) as Record<string, unknown>;
  const parts = key.replaceAll("[]", ".0").split(".");
  let map: unknown = changed;
  for (const part of parts.slice(0, -1)) map = (map as Record<string, unknown> | undefined)?.[part];
  if (typeof map !== "object" || map === null || (parts.at(-1) ?? "") in map) return undefined;
  (map as Record<string, unknown>)[parts.at(-1) ?? ""] = value;
  return changed;
}

describe("settings reference", () => {
  it("lists every setting, in the order of the settings", () => {
    assert.deepEqual(
      reference.map(({ key }) => key).filter((key) => /^\w+$/.test(key)),
      settingKeys,
    );
    for (const key of ["analysts[].tier", "connector.credential.days", "azureDelegation.roles[].delegatedRoles"]) {
      assert.ok(
        reference.some((one) => one.key === key),
        key,
      );
    }
  });

  it("describes each setting in a sentence, and its allowed values", () => {
    for (const { key, description, values } of reference) {
      assert.match(description, /^[`A-Z].*\.$/s, key);
      assert.ok(values.length > 5, key);
    }
  });

  it("has examples that the validators accept", () => {
    for (const { key, example, validator } of reference) {
      const value: unknown = parse(example);
      const accepted = /^(connector|portalAccess|connector\.credential)$/.test(key)
        ? "settings" in parsed(withValue({ connector: {} }, key, value) ?? {})
        : z.safeParse(validator, value).success;
      assert.ok(accepted, `${key}: ${example}`);
    }
  });

  it("states the defaults that apply", () => {
    // Those of `handover` apply in the component.
    const literals = reference.filter(
      ({ key, default: fallback = "" }) => /^`[^`]+`$/.test(fallback) && !key.startsWith("handover."),
    );
    assert.ok(literals.length > 10);
    for (const { key, default: fallback = "" } of literals) {
      const value: unknown = parse(fallback.slice(1, -1));
      const tried = contexts.flatMap((context) => {
        const [without, set] = [parsed(context), parsed(withValue(context, key, value) ?? { none: "" })];
        return "settings" in set ? [{ without, set }] : [];
      });
      assert.ok(tried.length > 0, key);
      for (const { without, set } of tried) assert.deepEqual(set, without, key);
    }
  });

  it("Pulumi.yaml is up to date (`npm run docs` writes it)", () =>
    assert.equal(readFileSync(path.join(__dirname, "../../Pulumi.yaml"), "utf8"), generatePulumiYaml()));
});
