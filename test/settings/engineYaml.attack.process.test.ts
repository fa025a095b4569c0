/** The same stack file, read by the engine for the program and by the commands for themselves. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { runPulumi } from "../../cli/stack/pulumi";
import { parseAsEngine } from "../../settings/engineYaml";
import { configurationOf } from "../../settings/fromFile";
import { fixture } from "@defender-mssp/testkit/fixture";
import { StackProject } from "../cli/pulumiStack";

const numbers = ["0123", "0o17", "0x1F", "0b101", "08", "-017", "+12", "1_000", "0x_1F", "1__0", "1.50", "1e3", "1."];
const others = ["1e400", ".5", ".5e3", ".5_0", "-.5", "-0", "1_0.5", "9007199254740993", "18446744073709551615"];
const words = ["yes", "No", "on", "True", "FALSE", "tRUE", "null", "NULL", "~", "", "=", "1:30", "1.2.3", "+", "-x"];
const texts = ['"0123"', "'1_000'", '"2031-12-31"', "0123 # a comment", "0123abc", "12e", "0x", "_1", "1_", "1,5"];
const dates = [
  "2031-12-31",
  "2031-1-2",
  "2031-02-30",
  "2031-12-31T10:00:00Z",
  "2031-12-31 10:00:00",
  "2031-12",
  "20311231",
];
const times = ["2031-12-31t1:2:3.450Z", "2031-12-31 10:00:00.5", "2031-12-31T10:00:00", "2031-12-31 25:00:00", "12:30"];
const scalars = [...numbers, ...others, ...words, ...texts, ...dates, ...times];

const maps = `
shared: &shared { displayName: Ana, tier: 0123 }
config:
  customerName: 0123
  defender-mssp:merged: { <<: *shared, tier: 1_000 }
  defender-mssp:alias: *shared
  defender-mssp:keys: { 1: a, yes: b, "2": 1e3 }
  defender-mssp:nested: [{ accessEndsOn: 2031-12-31 }, [0123, ~, { a: 1_000 }], yes]
  defender-mssp:folded: >-
    0123
    1_000
  aws:region: 0123
`;

type Listed = Record<string, { readonly value?: string; readonly objectValue?: unknown }>;

describe("settings/engineYaml: a stack file that the engine and the commands read differently", function () {
  const project = fixture(() => StackProject.create());

  before(() => project.addStack("contoso"));

  /** What both have of a file: by key, lists and maps as what their JSON says. */
  async function readings(text: string) {
    await writeFile(path.join(project.folder, "Pulumi.contoso.yaml"), text);
    const options = { folder: project.folder, environment: project.environment };
    const listed = JSON.parse(await runPulumi(["config", "--json", "--stack", "contoso"], options)) as Listed;
    const own = Object.entries(listed).filter(([key]) => key.startsWith("defender-mssp:"));
    const { values } = configurationOf(parseAsEngine(text) as Record<string, unknown>, "defender-mssp");
    return {
      engine: Object.fromEntries(
        own.map(([key, { value = "" }]) => [key.slice("defender-mssp:".length), plain(value)]),
      ),
      commands: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, plain(value)])),
    };
  }

  it("each plain and quoted value is read as by the engine", async () => {
    const lines = scalars.map((text, index) => `  defender-mssp:k${index}: ${text}`);
    const { engine, commands } = await readings(`config:\n${lines.join("\n")}\n`);
    const named = (values: Record<string, unknown>) =>
      Object.fromEntries(scalars.map((text, index) => [text, values[`k${index}`]]));
    assert.deepEqual(named(commands), named(engine));
  });

  it("each value in a list is read as by the engine", async () => {
    const items = scalars.map((text) => `    - ${text}`);
    const { engine, commands } = await readings(`config:\n  defender-mssp:list:\n${items.join("\n")}\n`);
    assert.deepEqual(commands, engine);
  });

  it("merged maps, aliases and keys are read as by the engine", async () => {
    const { engine, commands } = await readings(maps);
    assert.deepEqual(commands, engine);
    assert.deepEqual(engine["merged"], { displayName: "Ana", tier: 1000 });
    assert.equal(engine["customerName"], "83");
  });
});

function plain(value: string): unknown {
  return /^[[{]/.test(value) ? JSON.parse(value) : value;
}
