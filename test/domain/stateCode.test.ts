import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { foreignState, foreignStateMessage, type StateEntry } from "../../domain/stateCode";
import { recordedFile } from "../compat/recorded";

interface Entry extends StateEntry {
  readonly id?: string;
  readonly parent?: string;
}

const states = ["dev", "extension", "entitlement", "sentinel-access"].map((name) => {
  const { deployment } = JSON.parse(readFileSync(recordedFile(name, "state.json"), "utf8")) as {
    readonly deployment: { readonly resources: readonly Entry[] };
  };
  return deployment.resources;
});
const [dev = []] = states;

const project = "urn:pulumi:dev::defender-mssp::";
const typeOf = (urn: string) => urn.split("::")[2]!.split("$").at(-1)!;
const providerEntry = (name: string, inputs: Record<string, unknown>, others: Partial<Entry> = {}): Entry => {
  const type = `pulumi:providers:${name}`;
  return { urn: `${project}${type}::x`, type, id: "1", custom: true, inputs, outputs: inputs, ...others };
};
const resourceEntry = (type: string, provider?: string): Entry => ({
  urn: `${project}${type}::run`,
  type,
  id: "run",
  custom: true,
  ...(provider === undefined ? {} : { provider }),
});

describe("domain/stateCode", () => {
  it("accepts the recorded states, also as a running program sees them", () => {
    for (const state of states) {
      assert.deepEqual(foreignState(state), []);
      assert.deepEqual(foreignState(state.map(({ urn, type, outputs }) => ({ urn, type, outputs }))), []);
    }
  });

  it("refuses a custom resource without a provider: the engine starts the plugin that its type names", () => {
    const [found] = foreignState([...dev, resourceEntry("command:local:Command")]);
    assert.match(found?.problem ?? "", /has no provider/);
  });

  it("refuses a provider whose type is not the type in its URN, by which the engine loads the plugin", () => {
    const urn = `${project}pulumi:providers:command::x`;
    const provider = providerEntry("random", { version: "4.18.0" }, { urn });
    const found = foreignState([...dev, provider, resourceEntry("random:index/randomId:RandomId", `${urn}::1`)]);
    assert.ok(found.some(({ problem }) => problem.includes(`has the type "pulumi:providers:random"`)));
  });

  describe("with a package that the settings name", () => {
    const provider = providerEntry("command", { version: "1.0.1" });
    const state = [...dev, provider, resourceEntry("command:local:Command", `${provider.urn}::1`)];
    const packages = [{ name: "command", version: "1.0.1" }];

    it("accepts its provider and resources, and proposes the setting without it", () => {
      assert.deepEqual(foreignState(state, { packages }), []);
      const seen = state.map(({ urn, type, outputs }): StateEntry => ({ urn, type, ...(outputs && { outputs }) }));
      assert.deepEqual(foreignState(seen, { packages }), []);
      assert.match(
        foreignStateMessage("dev", state, {}) ?? "",
        /add to the settings: allowedPackages: \[\{ name: command, version: 1\.0\.1 \}\]/,
      );
    });

    for (const [what, inputs] of [
      ["another version", { version: "1.0.2" }],
      ["no version", {}],
      ["another origin", { version: "1.0.1", pluginDownloadURL: "https://evil.example" }],
      ["an input", { version: "1.0.1", interpreter: "sh" }],
    ] as const) {
      it(`refuses it with ${what}`, () => {
        const other = { ...provider, inputs, outputs: inputs };
        assert.notDeepEqual(foreignState([...dev, other], { packages }), []);
      });
    }
  });

  it("of a state with random changes, refuses it or starts no other plugin and runs no other code", () => {
    let [refused, accepted] = [0, 0];
    assertProperty(
      600,
      fc.constantFrom(...states),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      (state, changes) => {
        const changed = changes.reduce<readonly Entry[]>((entries, apply) => apply(entries), state);
        if (foreignState(changed).length > 0) {
          refused++;
          return;
        }
        accepted++;
        assert.deepEqual(foreignToEngine(changed), []);
      },
    );
    assert.ok(refused > 50 && accepted > 50, `${refused} refused, ${accepted} accepted`);
  });
});

type Change = (entries: readonly Entry[]) => readonly Entry[];

const foreignTypes = [
  "command:local:Command",
  "pulumi:providers:command",
  "evil:index:Thing",
  "pulumi-nodejs:dynamic:Resource",
];
const foreignType = fc.oneof(
  fc.constantFrom(...foreignTypes),
  fc.constantFrom(...new Set(dev.map(({ type }) => type))),
);
const inputName = fc.constantFrom("pluginDownloadURL", "__internal", "metadataHost", "version", "environment", "x");
const inputValue = fc.constantFrom<unknown>("https://evil.example", "1.0.0", ">=1", { parameterization: {} }, {});
const reference = fc.oneof(
  fc.constantFrom(undefined, "", `${project}pulumi:providers:command::x::1`),
  fc.constantFrom(...dev.flatMap(({ provider }) => provider ?? [])),
);

/** Changes the entry at a random place. */
function at(changed: fc.Arbitrary<(entry: Entry) => Entry>): fc.Arbitrary<Change> {
  return fc.tuple(fc.nat(), changed).map(([place, apply]): Change => {
    return (entries) => entries.map((entry, index) => (index === place % entries.length ? apply(entry) : entry));
  });
}

const withTypeInUrn = (urn: string, type: string) => urn.replace(typeOf(urn) + "::", `${type}::`);
const change: fc.Arbitrary<Change> = fc.oneof(
  at(foreignType.map((type) => (entry) => ({ ...entry, type }))),
  at(foreignType.map((type) => (entry) => ({ ...entry, urn: withTypeInUrn(entry.urn, type) }))),
  at(foreignType.map((type) => (entry) => ({ ...entry, type, urn: withTypeInUrn(entry.urn, type) }))),
  at(reference.map((provider) => (entry) => ({ ...entry, provider }))),
  at(fc.string().map((id) => (entry) => ({ ...entry, id }))),
  at(fc.constantFrom(...dev).map(({ urn }) => (entry) => ({ ...entry, parent: urn }))),
  at(fc.boolean().map((custom) => (entry) => ({ ...entry, custom }))),
  at(
    fc
      .tuple(fc.constantFrom("inputs", "outputs"), fc.string())
      .map(([values, text]) => (entry) => ({ ...entry, [values]: { ...entry[values as "inputs"], __provider: text } })),
  ),
  at(
    fc
      .tuple(inputName, inputValue)
      .map(([name, value]) => (entry) => ({ ...entry, inputs: { ...entry.inputs, [name]: value } })),
  ),
  fc
    .tuple(fc.constantFrom("command", "azuread", "random"), foreignType, reference)
    .map(([name, type, provider]): Change => (entries) => [
      ...entries,
      providerEntry(name, { version: "1.0.0" }),
      resourceEntry(type, provider),
    ]),
);

/** What the engine would start and run that no release wrote: by its own rules, not by those of the product. */
function foreignToEngine(entries: readonly Entry[]): string[] {
  const pluginOf = (type: string) => /^pulumi:providers:(.+)$/.exec(type)?.[1];
  const keys = new Map<string, Set<string>>();
  for (const { type, inputs = {} } of states.flat()) {
    const plugin = pluginOf(type);
    if (plugin !== undefined) keys.set(plugin, new Set([...(keys.get(plugin) ?? []), ...Object.keys(inputs)]));
  }
  const texts = new Set(
    states.flat().flatMap(({ inputs = {}, outputs = {} }) => [inputs["__provider"], outputs["__provider"]]),
  );
  return entries.flatMap(({ urn, custom, provider, inputs = {}, outputs = {} }) => {
    const type = typeOf(urn);
    const plugin = pluginOf(type) ?? (custom === true && !provider ? type.split(":")[0]! : undefined);
    const known = plugin === undefined ? undefined : keys.get(plugin);
    const isForeignPlugin = plugin !== undefined && known === undefined;
    const isForeignInput =
      pluginOf(type) !== undefined &&
      Object.entries(inputs).some(
        ([key, value]) =>
          !(known?.has(key) === true || /^(version|environment)$/.test(key) || JSON.stringify(value) === "{}") ||
          (key === "version" && value === ">=1"),
      );
    const code = [inputs["__provider"], outputs["__provider"]].filter((text) => !texts.has(text));
    return [
      ...(isForeignPlugin || isForeignInput ? [`${urn} starts ${plugin}`] : []),
      ...code.map(() => `${urn} runs code`),
    ];
  });
}
