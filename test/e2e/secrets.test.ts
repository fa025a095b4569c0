/**
 * Every secret that there is on the way of a customer, planted or learned from the server that
 * makes it, and every place that somebody else may look at: none is in any of them.
 */
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { encryptedArchive } from "@defender-mssp/microsoft/testing";
import type { Exchange } from "@defender-mssp/sandbox";
import {
  inDays,
  makeTestCertificate,
  msspSubscriptionId,
  type SandboxProject,
  setSwitches,
  subscriptionIdOf,
  newFolder,
} from "@defender-mssp/testkit";
import { execa } from "execa";
import { SignJWT } from "jose";
import { parse, stringify } from "yaml";
import type { AccessReport } from "../../cli/findings/accessReport";
import { commandNames } from "../../dev/docs/reference/commands";
import { siemProducts } from "@defender-mssp/siem/siemConfig/products";
import { mssp as runMssp } from "../cli/mssp";
import { inSession } from "../cli/testSession";
import { SecretSearch, findShapes, type Finding } from "./secretSearch";
import { ana, checkout, cleo, createProject, customer, tenantIdOf } from "./support";
import { Witness } from "./witness";

const tenantId = tenantIdOf(0x5e);
const stack = ["--stack", "contoso"];
const up = ["up", ...stack, "--yes", "--skip-preview"];

/** What the test itself makes. */
const planted = {
  passphrase: "planted passphrase & more",
  "wrong passphrase": "planted wr0ng passphrase",
  "wrong client secret": "planted-wr0ng+client/secret=",
  "HEC token": "planted-hec-token-4711",
  "Elasticsearch API key": "planted-elasticsearch-key==",
  "job's request token": "planted-job-request-token",
  "webhook's path": "planted-webhook-path-4711",
  "certificate's password": "planted-certificate-passw0rd",
};

const alertApis = ["legacySiem", "graph"];
const everyFeature = {
  portalAccess: "rbac",
  notificationRules: [{ name: "High", severities: ["High"], recipients: ["soc@fabrikam-security.example"] }],
  handover: {
    subscriptionId: msspSubscriptionId,
    location: "westeurope",
    readerObjectId: "5ec0de00-51e4-4000-8000-000000000001",
  },
  azureDelegation: {
    subscriptionId: subscriptionIdOf(tenantId),
    groupObjectId: "5ec0de00-67f0-4000-8000-000000000001",
    groupName: "Fabrikam Security Sentinel Analysts",
    roles: ["Microsoft Sentinel Responder"],
  },
};
/** Fewer days make another secret: the one before lives longer than the settings allow. */
const secretsOf = (days: number) => ({ type: "secret", days, rotateBeforeDays: 30, overlapDays: 0 });

/**
 * Commands that start the engine's programs, or a server: they run as people start them. All others run in
 * the test's own process, where what they write past their session is searched as well.
 */
const withProcesses =
  /^(engine|start|offboard|upgrade|secrets rotate|sandbox run|ci preview|fleet (preview|refresh|up|destroy)) /;

/** Those that are no group of others. */
const registeredCommands = commandNames().filter(
  (name, _index, names) => !names.some((other) => other.startsWith(`${name} `)),
);

describe("secrets", function () {
  this.timeout(600_000);

  const search = new SecretSearch();
  const shown: { readonly place: string; readonly text: string }[] = [];
  const requestLog: string[] = [];
  /** Commands of `mssp` that ran, such as `ci matrix`. */
  const ran = new Set<string>();
  /** Files and folders for what somebody asked for. */
  const asked = new Set<string>();
  /** What of that has secrets in it, with its mode. */
  const askedFor = new Map<string, string>();
  const started = new Set<{ kill(signal: "SIGKILL"): boolean }>();
  let project: SandboxProject;
  const given = newFolder();
  let witness: Witness;
  let collector: Collector;
  let jobTokens: JobTokens;
  let credentials: Credentials;
  let loopbackRedirectPort: number;
  let personToken: Readonly<Record<string, string>>;
  let restore: readonly (() => void)[] = [];

  before(async () => {
    project = await createProject({
      logs: true,
      sharedRuntime: false,
      observe: (exchange) => learn(search, exchange),
      log: (line) => requestLog.push(line),
      alerts: 200,
    });
    for (const folder of ["tmp", "home", "files"]) await mkdir(path.join(project.folder, folder));
    Object.assign(project.environment, {
      TMPDIR: path.join(project.folder, "tmp"),
      HOME: path.join(project.folder, "home"),
      PULUMI_CONFIG_PASSPHRASE: planted.passphrase,
      PULUMI_DEBUG_COMMANDS: "true",
      // What people set who look for a mistake in a provider.
      TF_LOG: "TRACE",
      TF_LOG_PROVIDER: "TRACE",
      AZURE_LOG_LEVEL: "verbose",
    });
    const { TMPDIR, HOME } = project.environment;
    restore = [setVariables({ TMPDIR, HOME }), recordWrites((text) => shown.push({ place: "past the session", text }))];
    for (const [name, value] of Object.entries(planted)) search.add(name, value);
    search.add("provider credential", project.environment["ARM_CLIENT_SECRET"] ?? "");
    collector = await Collector.start(planted["HEC token"]);
    const [jobToken, refusedToken, graphToken] = await Promise.all([
      tokenOfSomebody(),
      tokenOfSomebody(),
      tokenOfSomebody(),
    ]);
    search.add("job's OIDC token", jobToken);
    search.add("refused OIDC token", refusedToken);
    search.add("person's Graph token", graphToken);
    personToken = { MSSP_GRAPH_TOKEN: graphToken };
    jobTokens = await JobTokens.start(jobToken);
    credentials = await makeCredentials(given, search, refusedToken);
    loopbackRedirectPort = await freePort();
    witness = new Witness([project.folder], path.join(project.folder, "kept"));
  });
  after(async () => {
    for (const action of restore) action();
    witness.stop();
    for (const command of started) command.kill("SIGKILL");
    await Promise.all([collector.close(), jobTokens.close()]);
    await project.dispose();
  });

  /** Leaves what the engine and the commands have written into the stack's file. */
  async function settings(changes: Record<string, unknown> = {}): Promise<void> {
    const file = path.join(project.folder, "Pulumi.contoso.yaml");
    const before = parse(await readFile(file, "utf8")) as { config?: Record<string, unknown> };
    const others = Object.entries(before.config ?? {}).filter(([key]) => !key.startsWith("defender-mssp:"));
    const wanted = Object.entries(customer(0x5e, { ...everyFeature, ...changes })).filter(
      ([, value]) => value !== undefined,
    );
    const config = { ...Object.fromEntries(others), ...prefixed(Object.fromEntries(wanted)) };
    await writeFile(file, stringify({ ...before, config }));
  }

  /** A command whose output is searched. */
  async function pulumi(args: readonly string[], expected = 0, environment: Record<string, string> = {}) {
    const { exitCode, stdout, stderr } = await project.pulumi(args, environment);
    record(`pulumi ${args.join(" ")}`, { exitCode, stdout, stderr }, expected);
    return stdout;
  }

  async function mssp(
    args: readonly string[],
    expected: number | "any" = 0,
    environment: Record<string, string | undefined> = {},
  ) {
    note(args);
    const runIt = withProcesses.test(`${args.join(" ")} `) ? runMssp : inSession;
    const ended = await runIt(args, {
      folder: project.folder,
      environment: { ...project.environment, ...environment },
    });
    record(`mssp ${args.join(" ")}`, ended, expected);
    return ended.stdout;
  }

  /** Notes which of the registered commands the arguments name. */
  function note(args: readonly string[]): void {
    const command = registeredCommands.find((name) => args.slice(0, name.split(" ").length).join(" ") === name);
    if (command !== undefined) ran.add(command);
  }

  /** Outside of the test's own sandbox. */
  const ofNoSandbox = {
    SSL_CERT_FILE: undefined,
    NODE_EXTRA_CA_CERTS: undefined,
    ARM_CLIENT_SECRET: undefined,
    ARM_METADATA_HOSTNAME: undefined,
    MSSP_DEFENDER_ENDPOINT: undefined,
    PULUMI_CONFIG_PASSPHRASE: undefined,
  };

  type Ended = { readonly exitCode: number | undefined; readonly stdout: string; readonly stderr: string };

  function record(command: string, { exitCode, stdout, stderr }: Ended, expected: number | "any"): void {
    const outputs = [
      { place: `stdout of ${command}`, text: stdout },
      { place: `stderr of ${command}`, text: stderr },
    ];
    shown.push(...outputs);
    // A leak ends the test here. Later, all is searched again for the secrets that are known by then.
    assert.deepEqual(outputs.flatMap(({ place, text }) => lookAt(place, text).leaks).slice(0, 50), []);
    const redacted = (text: string) => (search.find("", text).length === 0 ? text.slice(-3000) : "(with secrets)");
    assert.doesNotMatch(redacted(stderr), /^\s+at .*:\d+:\d+\)?$/m, command);
    if (expected === "any") return;
    assert.equal(exitCode, expected, `${command}:\n${redacted(stdout)}\n${redacted(stderr)}`);
  }

  /** Secrets in a place, and the engine's options that are known to show some. */
  function lookAt(place: string, text: Buffer | string) {
    const content = Buffer.from(text);
    const leaks: string[] = [];
    const known = new Set<string>();
    for (const finding of [...search.find(place, content), ...findShapes(place, content)]) {
      const option = debuggingOfEngine(finding, content);
      if (option === undefined) leaks.push(`${finding.secret} (${finding.form}) at ${finding.offset} of ${place}`);
      else known.add(option);
    }
    return { leaks, known };
  }

  /** A file that a command is told to put a secret into. */
  function fileFor(name: string): string {
    const file = path.join(project.folder, "files", name);
    asked.add(file);
    return file;
  }

  /**
   * `mssp token` as a person uses it: the address that it shows is opened, and the browser is sent
   * on to the command.
   */
  async function signIn(args: readonly string[]): Promise<void> {
    const command = startMssp(["token", ...stack, ...args]);
    const [url] = await command.says(/https:\/\/127\.0\.0\.1:\S+authorize\S+/);
    const { pathname, search: query } = new URL(url);
    const sent = await fetch(`${project.sandbox.origins.http}${pathname}${query}`, { redirect: "manual" });
    await fetch(sent.headers.get("location") ?? "");
    record(`mssp token ${args.join(" ")}`, await command.ended, 0);
  }

  /** A command that goes on, or wants something. */
  function startMssp(args: readonly string[], environment: Record<string, string | undefined> = {}) {
    note(args);
    const command = execa(process.execPath, [path.join(checkout, "cli", "mssp.js"), ...args], {
      cwd: project.folder,
      env: { ...project.environment, ...environment },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
    started.add(command);
    let output = "";
    for (const stream of [command.stdout, command.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    return {
      ended: command.then(({ exitCode, stdout, stderr }) => {
        started.delete(command);
        return { exitCode, stdout, stderr };
      }),
      end: () => command.kill("SIGINT"),
      says: async (pattern: RegExp): Promise<RegExpExecArray> => {
        for (;;) {
          const match = pattern.exec(output);
          if (match !== null) return match;
          assert.equal(command.exitCode, null, `${args.join(" ")} has ended`);
          await sleep(20);
        }
      },
    };
  }

  it("pulumi: preview, up, refresh, with the policy pack and logs up to -v=2", async () => {
    await pulumi(["stack", "init", "contoso"]);
    await settings({ connector: { alertApis, loopbackRedirectPort } });
    await pulumi(["preview", ...stack, "--diff", "--policy-pack", "policy"]);
    await pulumi([...up, "--policy-pack", "policy", "-v=2", "--logtostderr", "--logflow"]);
    await pulumi(["preview", ...stack, "--json", "--show-sames"]);
    await pulumi(["refresh", ...stack, "--yes", "--diff", "-v=2"]);
    for (const command of [["stack"], ["stack", "output", "--json"], ["stack", "export"], ["stack", "history"]]) {
      await pulumi([...command, ...stack]);
    }
  });

  it("pulumi: runs that fail", async () => {
    await pulumi(["preview", ...stack], 1, { ARM_CLIENT_SECRET: planted["wrong client secret"] });
    await pulumi(["preview", ...stack], 1, { PULUMI_CONFIG_PASSPHRASE: planted["wrong passphrase"] });
    const connector = { alertApis, credential: secretsOf(200), loopbackRedirectPort };
    await settings({ analysts: [ana, cleo], connector });
    setSwitches(project.sandbox.cloud.tenant(tenantId), { b2bInvitations: "off", clientSecrets: "off" });
    await pulumi([...up, "-v=2", "--logtostderr"], 1);
    setSwitches(project.sandbox.cloud.tenant(tenantId), { b2bInvitations: "on", clientSecrets: "on" });
  });

  it("pulumi: full debug output of the engine, its Node SDK and its traces", async () => {
    const temporary = path.join(project.folder, "tmp");
    const debugging = ["--debug", "--tracing", `file:${temporary}/trace`, "--event-log", `${temporary}/events`];
    await pulumi([...up, "-v=9", "--logtostderr", "--logflow", ...debugging]);
    await pulumi(["preview", ...stack, "--diff", "-v=11"]);
  });

  it("mssp: doctor, verify, secrets, siem-config, alerts, sandbox", async () => {
    const { pem, archive, oidc } = credentials;
    const hecToken = { MSSP_HEC_TOKEN: planted["HEC token"] };
    await atOnce(
      [
        () => mssp(["engine"], 0, { HOME: undefined, PULUMI_HOME: undefined }),
        () => mssp(["doctor", ...stack, "--json"]),
        () => mssp(["doctor", ...stack, "--repair", "--yes"]),
        () => mssp(["verify", ...stack]),
        () => mssp(["status", "--show", "secrets", "--json"]),
        () => mssp(["report", ...stack, "--out", `${project.folder}/tmp/reports/state.html`]),
        () => mssp(["report", ...stack, "--csv"]),
        () => mssp(["report", "--day", ...stack, "--figures", `${project.folder}/tmp/figures`]),
        // The stack was made today.
        () => mssp(["report", "--month", new Date().toISOString().slice(0, 7), ...stack, "--csv"], 1),
        () =>
          mssp([
            "report",
            ...stack,
            "--for",
            "customer",
            "--language",
            "ja",
            "--client-id",
            "5ec0de00-a070-4000-8000-000000000001",
            "--out",
            `${project.folder}/tmp/reports/ja.html`,
          ]),
        () => mssp(["report", "--all", "--out", `${project.folder}/tmp/reports/all`]),
        ...siemProducts.map((product) => () => {
          const out = path.join(project.folder, "tmp", "placeholders", product);
          return mssp(["siem-config", product, ...stack, "--out", out, "--api", "legacySiem"]);
        }),
        ...siemProducts.map((product) => () => {
          return mssp([
            "siem-config",
            product,
            ...stack,
            "--out",
            fileFor(product),
            "--show-secrets",
            "--api",
            "legacySiem",
          ]);
        }),
        () => mssp(["alerts", ...stack, "--since", "P3D", "--checkpoint", `${project.folder}/tmp/checkpoint.json`]),
        () => mssp(["alerts", ...stack, "--since", "P3D", "--hec", collector.url], 0, hecToken),
        () => mssp(["alerts", ...stack, "--since", "P3D", "--hec", collector.refusingUrl], 5, hecToken),
        () => mssp(["alerts", ...stack, "--since", "P3D", "--syslog", collector.syslog, "--format", "cef"]),
        () => mssp(["sandbox", "dump", "--deleted"]),
        () => mssp(["sandbox", "tenant", tenantId]),
        () => mssp(["sandbox", "consent", tenantId, "enable"]),
        async () => {
          const events = path.join(project.folder, "tmp", "events.json");
          await writeFile(events, JSON.stringify({ DeviceInfo: [{ DeviceId: "d1" }] }));
          return mssp(["sandbox", "events", events, "--tenant", tenantId]);
        },
        async () => {
          const seed = path.join(project.folder, "tmp", "tenants.yaml");
          await writeFile(seed, `tenants: [{ tenantId: ${tenantId}, groups: [{ displayName: Helpdesk }] }]`);
          return mssp(["sandbox", "seed", seed]);
        },
        async () => {
          const out = path.join(project.folder, "tmp", "rehearsal.json");
          await mssp(["rehearse", ...stack, "--out", out]);
          await mssp(["rehearse", ...stack, "--out", out, "--life"], 1);
          return mssp(["rehearse", "--show", out]);
        },
        () => mssp(["sandbox", "run", "--log", "--", process.execPath, "--version"]),
        // Credentials that are refused, each in another form.
        () => mssp(["doctor", ...stack], 1, { ARM_CLIENT_SECRET: planted["wrong client secret"] }),
        () => mssp(["doctor", ...stack], 1, { ARM_CLIENT_CERTIFICATE_PATH: pem }),
        () => mssp(["doctor", ...stack], 1, archive),
        () => mssp(["doctor", ...stack], 1, oidc),
        () => mssp(["verify", ...stack], 1, { PULUMI_CONFIG_PASSPHRASE: planted["wrong passphrase"] }),
      ],
      2,
    );
    assert.ok(collector.delivered.hec > 0 && collector.delivered.syslog > 0);
  });

  it("mssp report: the page, the JSON and the hand-out say what there is, compared with the tenant", async () => {
    const report = JSON.parse(await mssp(["report", ...stack, "--live", "--json"])) as AccessReport;
    assert.equal(report.source, "live");
    const guest = report.objects.find(({ kind }) => kind === "guest")!;
    assert.equal(guest.difference, "invitation not accepted");
    const open = report.attention.filter(({ topic }) => ["drift", "notChecked", "consent"].includes(topic));
    // The identity has no permission to read relationships: these settings ask for none.
    assertEach(open, ({ title }) => title, ["Not compared with the tenant: governance relationship"]);
    const all = await readFile(path.join(project.folder, "tmp", "reports", "all", "index.html"), "utf8");
    assert.match(all, /<a href="contoso\.html">/);
    for (const page of ["state.html", "ja.html", "all/contoso.html"]) {
      const html = await readFile(path.join(project.folder, "tmp", "reports", page), "utf8");
      assert.ok(html.includes(guest.objectId), page);
    }
  });

  it("mssp: token, each way to sign in", async () => {
    const { pem, refusedSecretFile, refusedTokenFile } = credentials;
    await signIn([]);
    await mssp(["verify", ...stack, "--json"]);
    await mssp(["alerts", ...stack, "--since", "P3D", "--api", "legacySiem"]);
    await mssp(["token", ...stack, "--renew", "--out", fileFor("refresh-token")]);
    const { handover } = (await project.outputs("contoso")) as { handover: { vaultName: string } };
    const vault = `${project.sandbox.origins.https}/keyvault/${handover.vaultName}`;
    await mssp(["token", ...stack, "--renew", "--out", vault]);
    await signIn(["--out", fileFor("second-refresh-token"), "--json"]);
    await atOnce(
      [
        () => mssp(["token", ...stack, "--client-credentials", "--json"]),
        () => mssp(["token", ...stack, "--device-code"], 1),
        () => mssp(["token", ...stack, "--client-credentials", "--certificate", pem], 1),
        () => mssp(["token", ...stack, "--client-credentials", "--client-secret-file", refusedSecretFile], 1),
        () => mssp(["token", ...stack, "--client-credentials", "--federated-token-file", refusedTokenFile], 1),
      ],
      2,
    );
    const { stdout } = await runMssp(["token", ...stack, "--client-credentials", "--show-secrets"], project);
    assert.equal(findShapes("", stdout).length, 1, "shown where it is asked for");
  });

  it("mssp ci: matrix, preview, comment, drift, confirm-destroy, oidc-token", async () => {
    const git = (...args: string[]) => execa("git", args, { cwd: project.folder });
    await git("init", "-q");
    await git("add", "Pulumi.yaml", "Pulumi.contoso.yaml");
    await git("-c", "user.name=t", "-c", "user.email=t@mssp.example", "commit", "-q", "-m", "contoso");
    const previews = path.join(project.folder, "tmp", "previews");
    await mssp(["ci", "matrix", "--all"]);
    await mssp(["ci", "preview", ...stack, "--policy-pack", "policy", "--out", `${previews}/contoso.json`, "--json"]);
    await mssp(["ci", "preview", ...stack, "--drift", "--out", `${previews}/drift.json`]);
    await mssp(["ci", "preview", ...stack, "--out", `${previews}/failed.json`, "--json"], 1, {
      ARM_CLIENT_SECRET: planted["wrong client secret"],
    });
    await mssp(["ci", "comment", previews]);
    await mssp(["ci", "drift", `${previews}/drift.json`, "--out", `${previews}/reports`], 0);
    await mssp(["ci", "confirm-destroy", ...stack, "contoso", "--json"]);
    const job = { ACTIONS_ID_TOKEN_REQUEST_TOKEN: planted["job's request token"] };
    const [token, refused] = [`${jobTokens.url}/token?a=b`, `${jobTokens.url}/refused`];
    await mssp(["ci", "oidc-token", "--out", fileFor("oidc-token")], 0, {
      ...job,
      ACTIONS_ID_TOKEN_REQUEST_URL: token,
    });
    const none = path.join(project.folder, "tmp", "no-token");
    await mssp(["ci", "oidc-token", "--out", none], 1, { ...job, ACTIONS_ID_TOKEN_REQUEST_URL: refused });
  });

  it("mssp: the commands for customers, people, other SIEMs and fleets", async () => {
    const temporary = path.join(project.folder, "tmp");
    const elasticsearch = { MSSP_ELASTICSEARCH_API_KEY: planted["Elasticsearch API key"] };
    const since = [...stack, "--since", "P3D"];
    const dataCollection = ["--set", `dcr=dcr-${"0".repeat(32)}`, "stream=Custom-DefenderAlerts_CL"];
    const mssp2 = ["msspName=Fabrikam Security", "msspTenantId=5ec0de00-5ea1-4000-8000-000000000001"];
    const customer2 = ["--no-check", "--set", "customerName=Second", "customerDomain=second.example"];
    const second = [...customer2, `tenantId=${tenantIdOf(0x5f)}`, ...mssp2];
    const analyst = ["portalAccess=basic", "analysts=Ana Silva <ana.silva@fabrikam-security.example>"];
    await writeFile(path.join(temporary, "matrix.json"), await mssp(["ci", "matrix", "--all", "--json"]));
    const previews = path.join(temporary, "previews");
    const commands: readonly (readonly [readonly string[], number | "any", Record<string, string>?])[] = [
      [["init", path.join(temporary, "repository"), "--without", "git", "lockfile", "--ci", "none"], 0],
      [["permissions", ...stack], 0],
      [["permissions", ...stack, "--format", "markdown", "--client-id", "5ec0de00-a070-4000-8000-000000000001"], 0],
      [["connection", ...stack, "--out", path.join(temporary, "connection.json")], 0],
      [["adopt", "by-hand", ...second, "analystDomains=fabrikam-security.example", "--dry-run", "--json"], 0],
      [["status", "--show", "onboarding", ...stack], 3],
      [
        [
          "evidence",
          ...stack,
          "--since",
          "2026-01-01",
          "--until",
          "2026-01-02",
          "--out",
          path.join(temporary, "evidence"),
        ],
        3,
      ],
      [["hunt", ...stack, "DeviceInfo | take 1"], 3],
      [["incidents", ...since], 3],
      [["incidents", ...since, "--elasticsearch", collector.refusingUrl], 3, elasticsearch],
      [["alerts", ...since, "--elasticsearch", collector.refusingUrl], 5, elasticsearch],
      [["alerts", ...since, "--log-analytics", collector.refusingUrl, ...dataCollection], 1],
      [["alerts", ...since, "--file", path.join(temporary, "alerts.jsonl")], 0],
      [["alerts", ...since, "--syslog", "udp://127.0.0.1:9"], 5],
      [["alerts", "--all", "--since", "P3D"], 0],
      ...["invite", "request", "accept", "terminate"].map(
        (step) => [["governance", step, ...stack, "--yes"], 1, personToken] as const,
      ),
      [["governance", "status", ...stack, "--as", "customer"], 1, personToken],
      [["status", "--show", "retirements", path.join(project.folder, "Pulumi.yaml")], 0],
      [["status", "--show", "customers"], 0],
      [["detections", "import", "Pulumi.yaml", "--out", "base"], 1],
      [["detections", "coverage"], 1],
      [["detections", "diff"], 0],
      [["check"], "any"],
      [["detections", "health", ...stack], "any"],
      [["detections", "off", "missing", ...stack, "--until", "2999-01-01", "--reason", "x", "--owner", "x"], "any"],
      [["detections", "on", "missing", ...stack], "any"],
      [["status", "--show", "runs"], 0],
      [["status", "--notify"], 1, { MSSP_NOTIFY_URL: `${collector.refusingUrl}/${planted["webhook's path"]}` }],
      // It depends on the machine whether `gh` is installed and signed in.
      [["ci", "setup", ...stack, "--reviewer", "acme/soc-leads"], "any"],
      [["ci", "sort", path.join(previews, "contoso.json"), "--matrix", path.join(temporary, "matrix.json")], 0],
      [["ci", "check-state", ...stack], 0],
    ];
    await atOnce(
      commands.map(
        ([args, expected, environment]) =>
          () =>
            mssp(args, expected, environment),
      ),
      2,
    );
    await mssp(["evidence", "verify", path.join(temporary, "evidence")], 1);
    await mssp(["fleet", "preview", ...stack, "--policy-pack", "policy"]);
    await mssp(["fleet", "refresh", ...stack, "--yes"]);
    await mssp(["new", "second", ...second, ...analyst]);
    await project.verifyDomains();
    const selected = ["--stack", "second", "--yes"];
    await mssp(["fleet", "up", ...selected, "--init", "--policy-pack", "policy"]);
    await mssp(["secrets", "rotate", ...selected, "--now"]);
    for (const change of [
      ["add", "Cleo <cleo@fabrikam-security.example>"],
      ["remove", "cleo@fabrikam-security.example"],
    ])
      await mssp(["analyst", ...change, ...selected, "--skip-preview"]);
    await mssp(["status", "--show", "analysts", "--stack", "second"]);
    await mssp(["docs"]);
    await mssp(["completion", "bash"]);
    await mssp(["upgrade", "--packages", path.join(temporary, "packages"), "--yes"], 1);
    await mssp(["fleet", "destroy", ...selected]);
  });

  it("a connector with a certificate", async () => {
    const { certificatePem, connectorFile } = credentials;
    const connector = { alertApis: ["graph"], credential: { type: "certificate", certificate: certificatePem } };
    await settings({ handover: undefined, connector });
    await pulumi([...up, "-v=2", "--logtostderr"]);
    await atOnce(
      [
        () => mssp(["verify", ...stack, "--certificate", connectorFile]),
        () => mssp(["token", ...stack, "--client-credentials", "--certificate", connectorFile]),
        () => mssp(["alerts", ...stack, "--since", "P3D", "--certificate", connectorFile]),
      ],
      2,
    );
  });

  it("a sandbox of its own: serve and start, with the log of requests", async () => {
    await cp(path.join(checkout, "Pulumi.dev.yaml"), path.join(project.folder, "Pulumi.dev.yaml"));
    const home = path.join(project.folder, "own-sandbox");
    const served = startMssp(["sandbox", "serve", "--json", "--log", "--home", home], ofNoSandbox);
    const document = JSON.parse((await served.says(/^\{.*\}$/m))[0]) as { variables: Record<string, string> };
    // Printed because it was asked for: whoever has it may use the sandbox.
    search.add("provider credential", document.variables["ARM_CLIENT_SECRET"] ?? "");
    await mssp(["start", "--log", "--home", home], 0, ofNoSandbox);
    await mssp(["sandbox", "dump", "--home", home]);
    await mssp(["sandbox", "proxy", "--home", home, "--", "true"], 0, ofNoSandbox);
    await mssp(["sandbox", "dump", "--permissions", "--home", home]);
    await mssp(["sandbox", "clock", "--home", home]);
    // It prints the credential, which is its purpose.
    note(["sandbox", "env"]);
    const environment = await runMssp(["sandbox", "env", "--home", home], {
      folder: project.folder,
      environment: ofNoSandbox,
    });
    assert.match(environment.stdout, /ARM_CLIENT_SECRET/);
    await mssp(["sandbox", "run", "--home", home, "--", "npx", "pulumi", "destroy", "--stack", "dev", "--yes"], 0, {
      ...ofNoSandbox,
      PULUMI_CONFIG_PASSPHRASE: "sandbox",
    });
    served.end();
    const { stderr } = await served.ended;
    assert.match(stderr, /^POST \S+ 201 \d+ ms$/m);
    shown.push({ place: "stderr of mssp sandbox serve", text: stderr });
    for (const command of ["stop", "reset"]) await mssp(["sandbox", command, "--home", home]);
  });

  it("pulumi: destroy", async () => {
    await pulumi(["destroy", ...stack, "--yes", "--skip-preview", "-v=2", "--logtostderr", "--logflow"]);
    await pulumi(["stack", "history", ...stack, "--json"]);
  });

  it("mssp offboard: evidence, destroy, proof and certificate", async () => {
    await pulumi(up);
    await mssp(
      [
        "offboard",
        ...stack,
        "--days",
        "1",
        "--yes",
        "--without",
        "evidence",
        "--out",
        path.join(project.folder, "tmp", "offboard"),
      ],
      3,
    );
    witness.stop();
  });

  it("each registered command of mssp ran", () => assertNone(registeredCommands, (name) => !ran.has(name)));

  it("each kind of secret, place and process occurred", () => {
    assert.deepEqual(search.names, [
      ...["Elasticsearch API key", "HEC token", "access token", "authorization code"],
      ...["certificate's password", "client assertion"],
      ...[
        "client secret",
        "code verifier",
        "device code",
        "id token",
        "job's OIDC token",
        "job's request token",
        "passphrase",
        "person's Graph token",
      ],
      ...["private key", "provider credential", "redeem URL", "refresh token", "refused OIDC token"],
      ...["webhook's path", "wrong client secret", "wrong passphrase"],
    ]);
    for (const seen of [/\.sandbox\/state\/\.pulumi\/stacks\//, /\/backups\//, /\/history\//, /\.sandbox\/cloud\//])
      assert.ok(
        witness.places.some((place) => seen.test(place)),
        String(seen),
      );
    for (const seen of [/tmp\/pulumi\.[^/]*\.INFO\./, /tmp\/trace$/, /tmp\/events$/])
      assert.ok(
        witness.places.some((place) => seen.test(place)),
        String(seen),
      );
    const processes = [...witness.commandLines];
    for (const seen of [
      /pulumi up --stack contoso/,
      /language-nodejs/,
      /plugins\/main\.js azuread|azuread/,
      /mssp.js token/,
    ])
      assert.ok(
        processes.some((line) => seen.test(line)),
        `${String(seen)}:\n${processes.join("\n")}`,
      );
    assert.ok(requestLog.some((line) => line.startsWith("POST /") && line.includes(" 201 ")));
  });

  it("no secret is in an output, log, trace, state, file or command line", async () => {
    const found: string[] = [];
    const debugging = new Set<string>();
    const look = (place: string, text: Buffer | string) => {
      const { leaks, known } = lookAt(place, text);
      found.push(...leaks);
      for (const option of known) debugging.add(option);
    };
    for (const { place, text } of shown) look(place, text);
    look("the log of requests", requestLog.join("\n"));
    look("a command line", [...witness.commandLines].join("\n"));
    for await (const { place, content, mode } of witness.files()) {
      if (!isAsked(place)) look(path.relative(project.folder, place), content);
      else if (search.find(place, content).length > 0) askedFor.set(place, mode.toString(8));
    }
    assert.deepEqual([...new Set(found)].slice(0, 50), []);
    assert.deepEqual(
      [...debugging].sort(),
      ["--debug", "--tracing", "-v=3", "-v=9"],
      "what SECURITY.md says of the engine",
    );
  });

  it("requested files have the secrets and are readable by their owner only at any time", () => {
    const files = [...askedFor.keys()].map((place) => path.relative(project.folder, place));
    for (const name of ["refresh-token", "second-refresh-token", "oidc-token", "splunk", "arcsight", "elastic"]) {
      assert.ok(
        files.some((file) => file.startsWith(`files/${name}`)),
        `${name}: ${files.join(" ")}`,
      );
    }
    assert.deepEqual([...new Set(askedFor.values())], ["600"]);
  });

  const isAsked = (place: string) => [...asked].some((file) => place.startsWith(file));
});

/** What the server side knows of: secrets in answers and in what is sent to it, by their names there. */
const learned: Readonly<Record<string, string>> = {
  secretText: "client secret",
  inviteRedeemUrl: "redeem URL",
  access_token: "access token",
  id_token: "id token",
  refresh_token: "refresh token",
  device_code: "device code",
  client_secret: "client secret",
  client_assertion: "client assertion",
  code_verifier: "code verifier",
};

function learn(search: SecretSearch, { request, answer, location }: Exchange): void {
  learnFrom(search, request);
  if (answer.startsWith("{")) learnFrom(search, JSON.parse(answer));
  const code = location === undefined ? null : new URL(location).searchParams.get("code");
  if (code !== null) search.add("authorization code", code);
}

function learnFrom(search: SecretSearch, value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const name = learned[key];
    if (name !== undefined && typeof inner === "string") search.add(name, inner);
    else learnFrom(search, inner);
  }
}

/**
 * What the engine and its SDK show of a resource's properties, secret or not, when somebody asks for it (SECURITY.md):
 * which option it was. No credential is among those properties, only what a stack makes.
 */
function debuggingOfEngine({ secret, place, offset }: Finding, content: Buffer): string | undefined {
  if (secret !== "client secret" && secret !== "redeem URL") return undefined;
  const before = content.subarray(content.lastIndexOf("\n", offset) + 1, offset).toString();
  const [, logged] = /^\{"time":"[^"]+","level":"INFO","msg":"(.*)/.exec(before) ?? [];
  // sdk/go/common/resource/plugin/rpc.go; pkg/engine/eventsink.go, which logs what --debug shows
  if (/^(Unm|M)arshaling property for RPC\[/.test(logged ?? "")) return "-v=9";
  if (/^(eventSink::Debug\(<\{%reset%\}>)?\w+ RPC finished: /.test(logged ?? "")) return "-v=3";
  // @pulumi/pulumi, runtime/resource.js and invoke.js
  if (place.endsWith("tmp/events") && /^\{"sequence":.*"message":"[^"]*RPC finished: /.test(before)) return "--debug";
  const message = content.subarray(content.lastIndexOf("debug: ", offset), offset).toString();
  if (/^stdout of pulumi up .* --debug /.test(place) && /^debug: \w+ RPC finished: /.test(message)) return "--debug";
  // sdk/go/common/util/rpcutil/interceptor.go
  return place.endsWith("tmp/trace") ? "--tracing" : undefined;
}

interface Credentials {
  /** The connector's certificate: public, and a file with its private key. */
  readonly certificatePem: string;
  readonly connectorFile: string;
  /** Credentials that nobody accepts. */
  readonly pem: string;
  readonly archive: Record<string, string | undefined>;
  readonly oidc: Record<string, string | undefined>;
  readonly refusedSecretFile: string;
  readonly refusedTokenFile: string;
}

async function makeCredentials(folder: string, search: SecretSearch, refusedToken: string): Promise<Credentials> {
  const [connector, other] = await Promise.all([makeTestCertificate(inDays(300)), makeTestCertificate()]);
  for (const { privateKeyPem, certificatePem } of [connector, other]) {
    // A private key also has the public modulus, whose lines can be the certificate's.
    const published = certificatePem.replaceAll(/\s/g, "");
    const lines = privateKeyPem
      .split("\n")
      .filter((line) => line.length >= 20 && !line.startsWith("-----") && !published.includes(line));
    for (const line of lines) search.add("private key", line);
  }
  const file = async (name: string, text: string) => {
    await writeFile(path.join(folder, name), text, { mode: 0o600 });
    return path.join(folder, name);
  };
  return {
    certificatePem: connector.certificatePem,
    connectorFile: await file("connector.pem", connector.privateKeyPem + connector.certificatePem),
    pem: await file("other.pem", other.privateKeyPem + other.certificatePem),
    archive: {
      ARM_CLIENT_CERTIFICATE: encryptedArchive,
      ARM_CLIENT_CERTIFICATE_PASSWORD: planted["certificate's password"],
    },
    oidc: { ARM_CLIENT_SECRET: undefined, ARM_OIDC_TOKEN: refusedToken },
    refusedSecretFile: await file("secret", planted["wrong client secret"]),
    refusedTokenFile: await file("token", refusedToken),
  };
}

/** A well-formed token that nobody here trusts. */
function tokenOfSomebody(): Promise<string> {
  const token = new SignJWT({ jti: randomUUID() }).setProtectedHeader({ alg: "HS256", kid: "1" }).setIssuedAt();
  return token.setIssuer("https://token.example").setSubject("somebody").setExpirationTime("1h").sign(randomBytes(32));
}

/** Takes alerts as Splunk and as a syslog server do. */
class Collector {
  readonly delivered = { hec: 0, syslog: 0 };
  readonly #hec: http.Server;
  readonly #syslog: net.Server;

  private constructor(token: string) {
    this.#hec = http.createServer((request, response) => {
      const accepted = request.headers.authorization === `Splunk ${token}` && !request.url?.startsWith("/refusing");
      request.resume().on("end", () => {
        if (accepted) this.delivered.hec += 1;
        // A careless service says what it was sent.
        const answer = accepted
          ? { text: "Success", code: 0 }
          : { text: `no ${request.headers.authorization}`, code: 4 };
        response.writeHead(accepted ? 200 : 403, { "content-type": "application/json" }).end(JSON.stringify(answer));
      });
    });
    this.#syslog = net.createServer((socket) => {
      socket.on("data", () => (this.delivered.syslog += 1)).on("error", () => undefined);
    });
  }

  static async start(token: string): Promise<Collector> {
    const collector = new Collector(token);
    await Promise.all([listening(collector.#hec), listening(collector.#syslog)]);
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.#hec)}`;
  }

  get refusingUrl(): string {
    return `${this.url}/refusing`;
  }

  get syslog(): string {
    return `tcp://127.0.0.1:${portOf(this.#syslog)}`;
  }

  async close(): Promise<void> {
    this.#hec.closeAllConnections();
    await Promise.all([this.#hec, this.#syslog].map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

/** GitHub's address where a job gets its OpenID Connect token. */
class JobTokens {
  private constructor(private readonly server: http.Server) {}

  static async start(token: string): Promise<JobTokens> {
    const server = http.createServer((request, response) => {
      if (request.url?.startsWith("/token") === true) response.end(JSON.stringify({ value: token }));
      else response.writeHead(403).end(`no ${request.headers.authorization}`);
    });
    await listening(server);
    return new JobTokens(server);
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.server)}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function listening(server: net.Server): Promise<void> {
  await once(server.listen(0, "127.0.0.1"), "listening");
}

function portOf(server: net.Server): number {
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await listening(server);
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs all, so many at a time. */
async function atOnce(actions: readonly (() => Promise<unknown>)[], number: number): Promise<void> {
  const waiting = [...actions];
  const work = async () => {
    for (let action = waiting.shift(); action !== undefined; action = waiting.shift()) await action();
  };
  await Promise.all(Array.from({ length: number }, work));
}

/** Sets variables of this process. @returns what sets them as they were. */
function setVariables(variables: NodeJS.ProcessEnv): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  };
}

/** Listens to what this process writes to its own streams. @returns what ends it. */
function recordWrites(record: (text: string) => void): () => void {
  const streams = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write.bind(stream) }));
  for (const { stream, write } of streams) {
    stream.write = (chunk: string | Uint8Array, ...rest: []) => {
      record(Buffer.from(chunk).toString());
      return write(chunk, ...rest);
    };
  }
  return () => streams.forEach(({ stream, write }) => (stream.write = write));
}

function prefixed(settings: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`defender-mssp:${key}`, value]));
}
