/** `--json` of every registered command: one object, of a success and of a failure, that its JSON Schema accepts. */
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import Ajv, { type ValidateFunction } from "ajv";
import { fixture } from "@defender-mssp/testkit/fixture";
import { commandOfDocument, jsonKey } from "@defender-mssp/terminal/jsonDocument";
import { processSession } from "@defender-mssp/terminal/processSession";
import { programFor, subcommandNames } from "../../cli/program";
import { commandDocuments, commandsBelow } from "../../dev/docs/reference/commands";
import { jsonSchemas } from "../../dev/docs/jsonSchemas";
import { recordedFile } from "../compat/recorded";
import { stateText } from "./customer/report/states";
import { StackProject } from "./pulumiStack";
import { inSession } from "./testSession";

const stack = ["--stack", "northwind"];
const tenant = "c0570500-0000-4000-8000-0000000000a9";

/** Arguments with which a command runs in the test's project. A new command with `--json` needs a line. */
const commandLines: Readonly<Record<string, readonly string[]>> = {
  check: [],
  init: ["made", "--without", "git", "lockfile"],
  new: [
    ...["fabrikam", "--no-check", "--set", "customerName=Fabrikam", "customerDomain=fabrikam.example"],
    ...[`tenantId=${tenant}`, "analysts=ana@mssp.example"],
  ],
  adopt: ["fabrikam"],
  docs: [],
  permissions: stack,
  doctor: stack,
  onboard: stack,
  verify: stack,
  report: stack,
  "governance invite": [...stack, "--yes"],
  "governance request": stack,
  "governance accept": stack,
  "governance terminate": stack,
  "governance status": stack,
  evidence: stack,
  "evidence verify": ["previews"],
  changes: [],
  retirements: [],
  offboard: [...stack, "--yes"],
  "fleet list": [],
  "fleet preview": [],
  "fleet up": ["--yes"],
  "fleet refresh": ["--yes"],
  "fleet status": [],
  "fleet destroy": ["--all", "--yes"],
  status: ["--offline"],
  "analyst list": [],
  "analyst add": ["ana@mssp.example", "--all", "--yes", "--skip-preview"],
  "analyst remove": ["ana@mssp.example", "--all", "--yes", "--skip-preview"],
  "detections import": ["previews/northwind.json", "--out", "base"],
  "detections coverage": [],
  "detections diff": [],
  "detections off": ["office", "--all", "--until", "2999-01-01", "--reason", "Floods", "--owner", "Ana"],
  "detections on": ["office", "--all"],
  "detections health": [],
  secrets: [],
  "secrets rotate": stack,
  "ci matrix": ["--all"],
  "ci preview": [...stack, "--out", "preview.json"],
  "ci comment": ["previews"],
  "ci drift": ["previews"],
  "ci setup": ["--repository", "mssp/customers", "--reviewer", "ana"],
  "ci confirm-destroy": [...stack, "northwind"],
  connection: [...stack, "--out", "northwind.json"],
  token: stack,
  "siem-config": ["splunk", ...stack, "--out", "splunk"],
  incidents: [...stack, "--id", "1"],
  engine: [],
  "sandbox serve": ["--detach"],
  "sandbox stop": [],
  "sandbox env": [],
  "sandbox clock": [],
  "sandbox dump": [],
  "sandbox tenant": [tenant],
  "sandbox consent": [tenant],
  "sandbox seed": ["tenants.yaml"],
  "sandbox events": ["events.json", "--tenant", tenant],
  "sandbox permissions": [],
};

/** It downloads or builds the engine: packages/engine/test reads its document. */
const notRun: ReadonlySet<string> = new Set(["engine"]);

/** The keys of documents that are files as well. */
const keysOfFiles = new Set(["msspFleetOverview", "msspPreview", "msspFleetReport"]);

const preview = {
  ...{ msspPreview: 1, stack: "northwind", failed: false, changes: [], unchanged: 3, drift: true },
  ...{ additions: [], policyViolations: [], messages: [], notSearched: [] },
};

describe("--json of every command", function () {
  // The schemas are made of the types of all commands, once.
  this.timeout(600_000);

  const registered = commandsBelow(programFor(subcommandNames, processSession()), []).flatMap(({ names, command }) =>
    commandDocuments(names, command),
  );
  const project = fixture(() => StackProject.create({ engine: "stand-in" }));
  let schemas: ReadonlyMap<string, ValidateFunction>;

  before(async () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    schemas = new Map([...jsonSchemas()].map(([command, schema]) => [command, ajv.compile(schema)]));
    await project.addStack("northwind");
    const recorded = recordedFile("basic", "stack.yaml");
    await writeFile(path.join(project.folder, "Pulumi.northwind.yaml"), await readFile(recorded));
    const states = path.join(project.environment["PULUMI_HOME"] ?? "", "stacks");
    await writeFile(path.join(states, "northwind.state.json"), stateText("basic"));
    await mkdir(path.join(project.folder, "previews"));
    await writeFile(path.join(project.folder, "events.json"), JSON.stringify({ DeviceInfo: [{ DeviceId: "d1" }] }));
    await writeFile(path.join(project.folder, "previews", "northwind.json"), JSON.stringify(preview));
  });

  const run = (args: readonly string[]) =>
    inSession(args, { folder: project.folder, environment: project.environment });

  /** What the command's schema refuses of a document. */
  const refused = (name: string, document: unknown) => {
    const validate = schemas.get(name);
    assert.ok(validate, `${name} has no schema`);
    return validate(document)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`);
  };

  it("each command has a schema, which refuses another command's document", () => {
    assert.deepEqual([...schemas.keys()].sort(), [...registered].sort());
    for (const name of registered) assert.notDeepEqual(refused(name, { msspOther: 1, stacks: [] }), [], name);
  });

  it("a schema refuses a result with a missing or a wrong key", () => {
    const stack = { stack: "contoso", file: "customers/Pulumi.contoso.yaml" };
    assert.notDeepEqual(refused("fleet list", { msspFleetList: 1 }), []);
    assert.notDeepEqual(refused("fleet list", { msspFleetList: 1, stacks: [{ ...stack, stack: 1 }] }), []);
    assert.deepEqual(refused("sandbox stop", { msspSandboxStop: 1, stopped: true, pid: null }), []);
    assert.notDeepEqual(refused("sandbox stop", { msspSandboxStop: 1, stopped: "yes", pid: null }), []);
  });

  it("a schema accepts a result without a key whose value may be undefined", () => {
    const document = { msspCiMatrix: 1, stacks: ["contoso"], deleted: [], excluded: [] };
    assert.deepEqual(refused("ci matrix", document), []);
    assert.deepEqual(refused("ci matrix", { ...document, everyStackBecause: "package.json" }), []);
  });

  it("each command has a command line here", () => {
    assert.deepEqual(Object.keys(commandLines).sort(), [...registered].sort());
    assert.ok(registered.length > 45, `only ${registered.length} commands have --json`);
  });

  for (const name of Object.keys(commandLines)) {
    it(`${name}: a wrong command line is one object with the error and exit code 2`, async () => {
      const { exitCode, stdout, stderr } = await run([
        ...commandOfDocument(name).split(" "),
        "--json",
        "--no-such-option",
      ]);
      assert.equal(exitCode, 2);
      const document = JSON.parse(stdout) as Record<string, unknown>;
      const message = "unknown option '--no-such-option'";
      assert.deepEqual(document, { [jsonKey(name)]: 1, error: { message }, exitCode: 2 });
      assert.match(stderr, /unknown option '--no-such-option'/);
      assert.deepEqual(refused(name, document), []);
    });

    if (notRun.has(name)) continue;
    it(`${name}: a run prints one object that names its document first`, async () => {
      const { exitCode, stdout, stderr } = await run([
        ...commandOfDocument(name).split(" "),
        ...(commandLines[name] ?? []),
        "--json",
      ]);
      const text = name.startsWith("fleet ") ? stdout.slice(stdout.lastIndexOf("\n{") + 1) : stdout;
      const document = JSON.parse(text.startsWith("{") ? text : stdout) as Record<string, unknown>;
      const [key = "", ...others] = Object.keys(document).filter((one) => one !== "event");
      assert.ok(key === jsonKey(name) || keysOfFiles.has(key), `${name}: ${key}`);
      assert.equal(document[key], 1);
      assert.ok(others.length > 0, `${name}: ${text}`);
      if ("error" in document) {
        assert.deepEqual(others, ["error", "exitCode"], name);
        assert.equal(document["exitCode"], exitCode);
        assert.notEqual(exitCode, 0);
        const [line = ""] = (document["error"] as { message: string }).message.split("\n");
        assert.ok(stderr.includes(line), `${stderr}\n${line}`);
      }
      assert.notEqual(exitCode, 2, stderr);
      assert.deepEqual(refused(name, document), [], text);
    });
  }
});
