/** `mssp connection`: what it writes for the SIEM engineer's machine. */
import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { addDaemon, contoso, daemonId, graphId, newFolder, fixture } from "@defender-mssp/testkit";
import type { Check } from "@defender-mssp/siem/verify/check";
import type { Ended } from "../../mssp";
import { inSession as runMssp } from "../../testSession";
import { connectorOutputs, StackProject } from "../../pulumiStack";

async function writeConnection(
  { project, machine, clientSecret }: { project: StackProject; machine: string; clientSecret: string },
  stack: string,
  args: readonly string[],
): Promise<Record<string, unknown>> {
  const file = path.join(machine, `${stack}.json`);
  const command = ["connection", "--stack", stack, "--out", file, "--force", ...args];
  const { exitCode, stdout, stderr } = await runMssp(command, {
    folder: project.folder,
    environment: project.environment,
  });
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, new RegExp(`^${file}: connection of stack ${stack}, without a secret\\.`));
  const text = await readFile(file, "utf8");
  assert.ok(!text.includes(clientSecret));
  return JSON.parse(text) as Record<string, unknown>;
}

describe("a connection file", function () {
  const project = fixture(() => StackProject.create({ engine: "stand-in" }));
  let machine: string;
  let secretFile: string;
  let clientSecret: string;

  before(async () => {
    machine = newFolder();
    ({ secret: clientSecret } = addDaemon(project.sandbox.cloud, { [graphId]: ["SecurityAlert.Read.All"] }));
    const outputs = connectorOutputs(clientSecret);
    await project.addStack("contoso", outputs);
    await project.addStack("handed-over", {
      ...outputs,
      handover: { secretUri: "https://fabrikam.vault.azure.net/secrets/contoso", secretName: "contoso" },
    });
    await project.addStack("tailspin", { ...outputs, clientId: "c0ffee00-0000-4000-8000-00000000000d" });
    await project.addStack("empty", {});
    secretFile = path.join(machine, "client-secret");
    await writeFile(secretFile, `${clientSecret}\n`, { mode: 0o600 });
  });

  const inProject = (...args: string[]) => runMssp(args, { folder: project.folder, environment: project.environment });

  const connection = (stack: string, ...args: string[]) =>
    writeConnection({ project, machine, clientSecret }, stack, args);

  it("is written once, without the secret, with the place of the credential", async () => {
    const content = await connection("contoso");
    assert.deepEqual(content, {
      msspConnection: 1,
      stack: "contoso",
      tenantId: contoso,
      clientId: daemonId,
      cloud: "public",
      endpoints: { metadataHost: project.environment["ARM_METADATA_HOSTNAME"] },
      connector: {
        kind: "customerApp",
        alertApis: ["graph"],
        credential: "secret",
        redirectUri: "https://contoso.com/SiemMsspConnector",
      },
      credentialPlace: { fileVariable: "MSSP_CLIENT_SECRET_FILE" },
    });
    const again = await inProject("connection", "--stack", "contoso", "--out", path.join(machine, "contoso.json"));
    assert.equal(again.exitCode, 1);
    assert.match(again.stderr, /^mssp: Nothing was written: .* exists\./);
    const handedOver = await connection("handed-over");
    assert.deepEqual(handedOver["credentialPlace"], {
      keyVaultSecret: "https://fabrikam.vault.azure.net/secrets/contoso",
    });
    const named = await connection("handed-over", "--credential", secretFile);
    assert.deepEqual(named["credentialPlace"], { file: secretFile });
  });

  it("says what to do next, and prints no secret", async () => {
    const out = path.join(machine, "next.json");
    const { exitCode, stdout, stderr } = await inProject(
      ...["connection", "--stack", "contoso", "--out", out, "--credential", "/etc/mssp/{stack}.secret"],
    );
    assert.equal(exitCode, 0, stderr);
    assert.match(
      stdout,
      /Credential: the file \/etc\/mssp\/contoso\.secret\.\n\nNext:\n {2}1\. Write the client secret/,
    );
    assert.match(stdout, /stack output clientSecret --show-secrets \\\n +--stack contoso > contoso\.secret\)/);
    assert.match(stdout, /Move it to that machine as \/etc\/mssp\/contoso\.secret, mode 600/);
    assert.match(stdout, /npx defender-mssp-siem verify --connection next\.json$/);
    assert.ok(!stdout.includes(clientSecret));
  });

  it("stacks: a client secret that is named for all of them is refused", async () => {
    for (const [place, args, environment] of [
      ["the variable MSSP_CLIENT_SECRET_FILE", [], { MSSP_CLIENT_SECRET_FILE: secretFile }],
      ["--client-secret-file", ["--client-secret-file", secretFile], {}],
    ] as const) {
      const ofStacks = await runMssp(["alerts", "--stack", "contoso", "--stack", "tailspin", ...args], {
        folder: project.folder,
        environment: { ...project.environment, ...environment },
      });
      assert.deepEqual([ofStacks.exitCode, ofStacks.stdout], [1, ""], ofStacks.stderr);
      assert.match(
        ofStacks.stderr,
        new RegExp(`^mssp: 2 stacks take their client secret from ${place}, which can name one`),
      );
      assert.match(ofStacks.stderr, /Leave it out, so that the secret of each stack applies\./);
    }
  });

  it("--all: each customer has a file and a place of its own; without one, nothing is written", async () => {
    const shared = await inProject("connection", "--all", "--out", path.join(machine, "shared"));
    assert.equal(shared.exitCode, 1);
    assert.match(
      shared.stderr,
      /^mssp: 2 connection files take their client secret from the variable MSSP_CLIENT_SECRET_FILE, which can name one: contoso, tailspin\..*\{stack\}\.secret/s,
    );
    assert.ok(!(await readdir(machine)).includes("shared"));
    const folder = path.join(machine, "all");
    const own = ["connection", "--all", "--out", folder, "--credential", "env:SECRET_{stack}"];
    const { exitCode, stdout, stderr } = await inProject(...own);
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual((await readdir(folder)).sort(), ["contoso.json", "handed-over.json", "tailspin.json"]);
    const places = await Promise.all(
      ["contoso", "handed-over"].map(
        async (stack) =>
          (JSON.parse(await readFile(path.join(folder, `${stack}.json`), "utf8")) as { credentialPlace: unknown })
            .credentialPlace,
      ),
    );
    assert.deepEqual(places, [{ fileVariable: "SECRET_CONTOSO" }, { fileVariable: "SECRET_HANDED_OVER" }]);
    assert.match(stdout, /^– {2}empty +nothing is deployed$/m);
    assert.match(stdout, /npx defender-mssp-siem verify --connections all$/);
    const again = await inProject(...own, "--json");
    const failure = JSON.parse(again.stdout) as { error: { message: string } };
    assert.equal(again.exitCode, 1);
    assert.match(failure.error.message, /^Nothing was written: /);
    assert.match(again.stderr, /Nothing was written: .*contoso\.json, .*tailspin\.json exist\./);
    const forced = await inProject(...own, "--json", "--force");
    assert.equal(forced.exitCode, 0, forced.stderr);
    const { connections, leftOut } = JSON.parse(forced.stdout) as { connections: unknown[]; leftOut: unknown[] };
    assert.deepEqual([connections.length, leftOut.length], [3, 1]);
    const typed = await inProject("connection", "--stack", "contoso", "--stack", "typo", "--out", folder, "--force");
    assert.equal(typed.exitCode, 1, typed.stdout);
    assert.match(typed.stdout, /^✗ {2}typo +There is no stack "typo"/m);
  });

  it("a place that is none is a usage error, and nothing is written", async () => {
    for (const place of [
      ["--credential", "https://fabrikam.vault.azure.net/keys/contoso"],
      ["--credential", "env:a b"],
      ["--credential", ""],
    ]) {
      const out = path.join(machine, "never.json");
      const { exitCode, stderr } = await inProject("connection", "--stack", "contoso", "--out", out, ...place);
      assert.equal(exitCode, 2, place[0]);
      assert.match(
        stderr,
        new RegExp(`^error: option '${place[0]} <\\w+>' argument '.*' is invalid\\. (Expected|A file)`),
      );
      assert.ok(!(await readdir(machine)).includes("never.json"));
    }
  });
});

/** The SIEM engineer's machine: a connection file, a credential, and neither project, engine nor state. */
describe("a connection file on a machine without project, engine and state", function () {
  let machine: string;
  let home: string;
  let secretFile: string;
  let clientSecret: string;
  let requests = 0;

  const project = fixture(() => StackProject.create({ engine: "stand-in", observe: () => (requests += 1) }));
  before(async () => {
    machine = newFolder();
    home = path.join(machine, "home");
    await mkdir(home);
    ({ secret: clientSecret } = addDaemon(project.sandbox.cloud, { [graphId]: ["SecurityAlert.Read.All"] }));
    await project.addStack("contoso", connectorOutputs(clientSecret));
    secretFile = path.join(machine, "client-secret");
    await writeFile(secretFile, `${clientSecret}\n`, { mode: 0o600 });
  });

  /** Nothing of this process's environment, of the checkout or of an engine. */
  function onMachine(args: readonly string[], changes: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const none = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
    const environment = {
      ...none,
      HOME: home,
      PATH: "",
      NO_COLOR: "1",
      NODE_EXTRA_CA_CERTS: project.environment["NODE_EXTRA_CA_CERTS"],
      MSSP_CLIENT_SECRET_FILE: secretFile,
      ...changes,
    };
    return runMssp(args, { folder: machine, environment });
  }

  const connection = (stack: string, ...args: string[]) =>
    writeConnection({ project, machine, clientSecret }, stack, args);

  it("alerts: pulls into standard output and continues from the checkpoint", async () => {
    await connection("contoso");
    const args = ["alerts", "--connection", "contoso.json", "--checkpoint", "checkpoint.json", "--quiet"];
    const first = await onMachine(args);
    assert.equal(first.exitCode, 0, first.stderr);
    assert.ok(first.stdout.trim().split("\n").length > 1, first.stdout);
    const again = await onMachine(args);
    assert.equal(again.exitCode, 0, again.stderr);
    assert.equal(again.stdout, "");
  });

  it("verify: checks what the SIEM does, and says of the rest that it requires the state", async () => {
    const { exitCode, stdout } = await onMachine(["verify", "--connection", "contoso.json", "--json"]);
    assert.equal(exitCode, 0, stdout);
    const { connection: file, checks } = JSON.parse(stdout) as { connection: string; checks: Check[] };
    assert.equal(file, "contoso.json");
    assert.deepEqual(Object.fromEntries(checks.map(({ name, state }) => [name, state])), {
      "alerts from Microsoft Graph": "passed",
      "refresh token": "notChecked",
      "alerts from the legacy API": "notChecked",
      "SIEM authorization": "notChecked",
      "credential expiry": "notChecked",
      "portal URL": "passed",
      retirements: "passed",
      consent: "notChecked",
      "redirect URI": "notChecked",
      "notification rules": "notChecked",
      additions: "notChecked",
    });
    for (const name of ["credential expiry", "consent", "redirect URI", "notification rules", "additions"])
      assert.match(checks.find((check) => check.name === name)?.reason ?? "", /^not checked: requires the/, name);
    for (const { name, reason } of checks) assert.doesNotMatch(reason, /(?<!the MSSP's `?)npx (mssp|pulumi)/, name);
    const { stdout: table } = await onMachine(["verify", "--connection", "contoso.json"]);
    assert.match(table, /^– {2}3 not applicable, 4 require the stack's state \(--details shows them\)$/m);
    assert.doesNotMatch(table, /redirect URI|use --stack/);
    const damaged = await onMachine(["verify", "--connection", "none.json"]);
    assert.equal(damaged.exitCode, 1);
    assert.match(damaged.stdout, /✗ {2}connection +The connection file none\.json can't be used: it does not exist\./);
  });

  it("files of several applications that share one secret are refused before any request", async () => {
    await connection("contoso");
    const other = path.join(machine, "shared");
    await mkdir(other);
    const content = JSON.parse(await readFile(path.join(machine, "contoso.json"), "utf8")) as object;
    const write = (name: string, change: object) =>
      writeFile(path.join(other, `${name}.json`), JSON.stringify({ ...content, stack: name, ...change }));
    await write("contoso", {});
    await write("tailspin", { clientId: "c0ffee00-0000-4000-8000-00000000000d" });
    const refusal =
      /^mssp: 2 connection files take their client secret from (.*), which can name one: contoso, tailspin\./;
    const before = requests;
    const commands = [
      ["alerts"],
      ["incidents"],
      ["hunt", "AlertInfo"],
      ["verify"],
      ["siem-config", "splunk", "--show-secrets", "--out", "never"],
    ];
    for (const command of commands) {
      const { exitCode, stdout, stderr } = await onMachine([...command, "--connections", "shared"]);
      assert.deepEqual([exitCode, stdout], [1, ""], command[0]);
      assert.equal(refusal.exec(stderr)?.[1], "the variable MSSP_CLIENT_SECRET_FILE", stderr);
    }
    for (const [name, file] of [
      ["contoso", secretFile],
      ["tailspin", "/etc/mssp/tailspin"],
    ] as const)
      await write(name, {
        ...(name === "tailspin" ? { clientId: daemonId.replace(/.$/, "d") } : {}),
        credentialPlace: { file },
      });
    const variable = await onMachine(["alerts", "--connections", "shared"]);
    assert.match(variable.stderr, /MSSP_CLIENT_SECRET_FILE, which can name one: .*\. Leave it out/);
    const option = await onMachine(["alerts", "--connections", "shared", "--client-secret-file", secretFile]);
    assert.match(option.stderr, /from --client-secret-file, which can name one/);
    assert.equal(requests, before, "a request was sent");
    const own = await onMachine(["verify", "--connections", "shared"], { MSSP_CLIENT_SECRET_FILE: undefined });
    assert.equal(own.exitCode, 1);
    assert.match(
      own.stdout,
      /^ {3}customer +consent +last alert\n✓ {2}contoso +given +\d+ (?:s|min) ago\n✗ {2}tailspin +– +–\n/,
    );
    assert.match(own.stdout, /\n✗ {2}tailspin +alerts from Microsoft Graph: not possible/);
    assert.match(own.stdout, /\n1 of 2 customers without a failed check\.$/);
    const asJson = await onMachine(["verify", "--connections", "shared", "--all", "--json"], {
      MSSP_CLIENT_SECRET_FILE: undefined,
    });
    const { state, customers } = JSON.parse(asJson.stdout) as {
      state: string;
      customers: { stack: string; state: string }[];
    };
    assert.deepEqual(
      [state, customers.map((it) => [it.stack, it.state])],
      [
        "failed",
        [
          ["contoso", "passed"],
          ["tailspin", "failed"],
        ],
      ],
    );
  });

  it("token: gets the application's token, and stores nothing", async () => {
    const { exitCode, stdout, stderr } = await onMachine([
      "token",
      "--connection",
      "contoso.json",
      "--client-credentials",
    ]);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^Access token for graph: valid until /);
    assert.deepEqual(await readdir(home), []);
  });

  it("siem-config: writes the files, with --show-secrets with the client secret of the credential's place", async () => {
    const hidden = await onMachine(["siem-config", "elastic", "--connection", "contoso.json", "--out", "elastic"]);
    assert.equal(hidden.exitCode, 0, hidden.stderr);
    const file = path.join(machine, "elastic", "m365_defender.json");
    assert.ok(!(await readFile(file, "utf8")).includes(clientSecret));
    const shown = [
      "siem-config",
      "elastic",
      "--connection",
      "contoso.json",
      "--out",
      "elastic",
      "--show-secrets",
      "--force",
    ];
    assert.equal((await onMachine(shown)).exitCode, 0);
    assert.ok((await readFile(file, "utf8")).includes(clientSecret));
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it("one clear error: no credential, a vault without an identity, no engine for --stack", async () => {
    const unset = await onMachine(["alerts", "--connection", "contoso.json"], { MSSP_CLIENT_SECRET_FILE: undefined });
    assert.equal(unset.exitCode, 1);
    assert.match(unset.stderr, /^mssp: The environment variable MSSP_CLIENT_SECRET_FILE, which names .* is not set\./);
    const readable = path.join(machine, "readable");
    await writeFile(readable, `${clientSecret}\n`);
    await chmod(readable, 0o444);
    const warnings: string[] = [];
    const listener = ({ message }: Error) => warnings.push(message);
    process.on("warning", listener);
    const open = await onMachine(["alerts", "--connection", "contoso.json"], { MSSP_CLIENT_SECRET_FILE: readable });
    process.off("warning", listener);
    assert.equal(open.exitCode, 0, open.stderr);
    assert.deepEqual(warnings, [
      `Every user of this machine may read ${readable}. Correct that: chmod o-rwx ${readable}`,
    ]);
    const both = await onMachine(["verify", "--connection", "contoso.json", "--stack", "contoso"]);
    assert.equal(both.exitCode, 2);
    assert.match(
      both.stderr,
      /error: use exactly one of --stack <pattern>, --all, --connection <file>, --connections <folder>/,
    );
    const engine = await onMachine(["alerts", "--stack", "contoso"]);
    assert.equal(engine.exitCode, 1);
    assert.match(engine.stderr, /The Pulumi engine .* is not installed/);
    for (const { stderr } of [unset, open, engine]) assert.doesNotMatch(stderr, /^ {4}at /m);
  });
});
