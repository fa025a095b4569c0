/** `mssp hunt` as people type it, over the customers of a project and over connection files. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import type { Exchange } from "@defender-mssp/sandbox";
import { huntedAlerts } from "@defender-mssp/siem/deliveryCount/huntedAlerts";
import { assertRequests, detectionIntervalFor, newFolder, fixture } from "@defender-mssp/testkit";
import { withoutPackage } from "../../../withoutPackage";
import { inSession } from "../../testSession";
import { clientSecret, createHuntProject, huntRows, tenants } from "./huntProject";

const count = "AlertInfo | summarize count()";

describe("mssp hunt", function () {
  const folder = newFolder();
  let observe: (exchange: Exchange) => void = () => undefined;

  const project = fixture(() => createHuntProject((exchange) => observe(exchange)));
  afterEach(() => {
    observe = () => undefined;
    project.sandbox.faults!.percent = 0;
  });

  async function hunt(args: readonly string[], variables: NodeJS.ProcessEnv = {}, input?: string) {
    const environment = { ...project.environment, ...variables };
    const options = { folder: project.folder, environment, ...(input !== undefined && { input }) };
    const ended = await inSession(["hunt", ...args], options);
    const said = `${ended.stdout}${ended.stderr}`;
    assert.ok(!said.includes(clientSecret));
    assert.doesNotMatch(said, /^\s+at /m);
    return ended;
  }

  /** @param redirect standard output, as a shell redirects it. */
  async function huntTo(args: readonly string[], redirect: string) {
    const { folder, environment } = project;
    const ended = await inSession(["hunt", ...args], { folder, environment, redirect });
    assert.ok(!ended.stderr.includes(clientSecret));
    assert.doesNotMatch(ended.stderr, /^\s+at /m);
    return ended;
  }

  const stacksOf = (text: string) =>
    huntRows(text)
      .map(({ stack }) => stack)
      .sort();

  it("--stack: a name, patterns and a repeated one ask each matching customer once", async () => {
    const pattern = await hunt(["--stack", "contoso*", "--stack", "contoso", count]);
    assert.equal(pattern.exitCode, 0, pattern.stderr);
    assert.deepEqual(stacksOf(pattern.stdout), ["contoso", "contoso-lab"]);
    const twice = await hunt(["--stack", "fabrikam", "--stack", "fabrikam", count]);
    assert.deepEqual(stacksOf(twice.stdout), ["fabrikam"]);
    const none = await hunt(["--stack", "nobody*", count]);
    assert.deepEqual([none.exitCode, none.stdout], [1, ""]);
    assert.match(none.stderr, /^mssp: No stack matches "nobody\*"\. Stacks: contoso, /);
  });

  it("--all: every customer but the sandbox's; one's failure stops no other, and is named", async () => {
    const { exitCode, stdout, stderr } = await hunt(["--all", count]);
    assert.equal(exitCode, 3);
    assert.deepEqual(stacksOf(stdout), ["contoso", "contoso-lab", "fabrikam"]);
    assert.match(stderr, /^mssp: tailspin: POST .* answered 403: .*\n.*connector\.profile: hunt/m);
    assert.match(stderr, /^mssp: 3 rows from 3 of 4 customers\.$/m);
    assert.equal(stderr.match(/tailspin/g)?.length, 1);
  });

  it("--all --tag: only customers with the tag", async () => {
    const { exitCode, stdout, stderr } = await hunt(["--all", "--tag", "tier=gold", count]);
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual(stacksOf(stdout), ["contoso"]);
    const none = await hunt(["--all", "--tag", "tier=silver", count]);
    assert.equal(none.exitCode, 1);
    assert.match(none.stderr, /^mssp: No customer has the tag tier=silver\.$/);
  });

  it("--connection: customers of files, without project and engine; an unusable file stops no other", async () => {
    const file = await connectionFile();
    const away = { PULUMI_BACKEND_URL: "file:///nowhere", PULUMI_HOME: "/nowhere", MSSP_ENGINE: "/nowhere" };
    const one = await hunt(["--connection", file, count], away);
    assert.equal(one.exitCode, 0, one.stderr);
    assertEach(huntRows(one.stdout), ({ tenantId, stack }) => [tenantId, stack], [[tenants.contoso, "contoso"]]);
    const two = await hunt(["--connection", file, "--connection", path.join(folder, "none.json"), count], away);
    assert.equal(two.exitCode, 1);
    assert.deepEqual(stacksOf(two.stdout), ["contoso"]);
    assert.match(two.stderr, /^mssp: none: The connection file .*none\.json can't be used: it does not exist\./m);
  });

  it("429: the query is repeated after Retry-After, and its rows come once", async () => {
    const { faults } = project.sandbox;
    const before = faults!.counts.get("throttled") ?? 0;
    // Each answer decides on the next request: after the token the query is refused, once.
    observe = ({ answer }) => {
      faults!.percent = answer.includes("access_token") ? 100 : 0;
    };
    const { exitCode, stdout, stderr } = await hunt(["--stack", "contoso", count]);
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual(stacksOf(stdout), ["contoso"]);
    assert.equal(faults!.counts.get("throttled"), before + 1);
  });

  it("--since: only rows of that time", async () => {
    const rows = async (...args: string[]) => {
      const { stdout, stderr } = await hunt(["--stack", "contoso", ...args, "AlertInfo | project Timestamp"]);
      assert.match(stderr, /rows from 1 of 1 customer\.$/);
      return huntRows(stdout).map(({ Timestamp = "" }) => Date.parse(Timestamp));
    };
    const hours = 60 * 60 * 1000;
    const now = project.sandbox.cloud.now().getTime();
    const [day, all] = [await rows("--since", "24h"), await rows()];
    assert.ok(day.length > 10 && day.length < all.length / 10, `${day.length} of ${all.length}`);
    assert.ok(Math.min(...day) >= now - 25 * hours);
    assert.ok(Math.min(...all) < now - 20 * 24 * hours);
  });

  it("a query from standard input; one that the service refuses is the customer's error, with the service's words", async () => {
    const good = await hunt(["--stack", "contoso", "-"], {}, `\uFEFFAlertInfo\n| summarize count()\n`);
    assert.deepEqual([good.exitCode, stacksOf(good.stdout)], [0, ["contoso"]]);
    const { exitCode, stderr } = await hunt(["--stack", "contoso", "AlertInfo | where Nothing == 1"]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mssp: contoso: .*Fix semantic errors in your query/m);
  });

  it("in a sandbox without @defender-mssp/kql: the documented queries and those of --coverage run, others say what to install", () =>
    withoutPackage("@defender-mssp/kql", async () => {
      const { stdout: help } = await inSession(["hunt", "--help", "--all"], {});
      const page = await readFile(path.resolve(__dirname, "../../../../docs/alerts.md"), "utf8");
      const documented = [...`${help}${page}`.matchAll(/mssp hunt [^\n]*'([^'\n]+)'$/gm)].map(
        ([, query = ""]) => query,
      );
      assert.equal(documented.length, 3, documented.join("\n"));
      for (const query of documented) {
        const { exitCode, stdout, stderr } = await hunt(["--stack", "contoso", query]);
        assert.equal(exitCode, 0, `${query}: ${stderr}`);
        assert.ok(huntRows(stdout).length > 0, query);
      }
      const until = project.sandbox.cloud.now().getTime();
      const span = { from: until - 24 * 60 * 60 * 1000, until };
      let alerts = 0;
      for await (const read of huntedAlerts(span, async (query, timespan) => {
        const { exitCode, stdout, stderr } = await hunt(["--stack", "contoso", "--since", timespan, query]);
        assert.equal(exitCode, 0, `${query}: ${stderr}`);
        return { columns: [], rows: huntRows(stdout) };
      }))
        alerts += read.length;
      assert.ok(alerts > 10, `${alerts} alerts`);
      const other = await hunt(["--stack", "contoso", "AlertInfo | distinct Title"]);
      assert.equal(other.exitCode, 1);
      assert.match(
        other.stderr,
        /^mssp: contoso: .*The sandbox runs queries by the package @defender-mssp\/kql, which was not installed when it started: .* Copy /m,
      );
    }));

  it("a wrong secret and an unknown stack: one error each, with its exit code", async () => {
    const wrong = path.join(folder, "wrong-secret");
    await writeFile(wrong, "not-the-secret", { mode: 0o600 });
    const file = path.join(folder, "wrong.json");
    const content = JSON.parse(await readFile(await connectionFile(), "utf8")) as object;
    await writeFile(file, JSON.stringify({ ...content, credentialPlace: { file: wrong } }));
    const refused = await hunt(["--connection", file, count]);
    assert.equal(refused.exitCode, 3);
    assert.match(refused.stderr, /AADSTS7000215: .*\n.*The client secret is wrong: .*Ask whoever runs `pulumi up`/);
    assert.ok(!refused.stderr.includes("not-the-secret"));
    await writeFile(file, JSON.stringify({ ...content, clientId: "c0ffee00-0000-4000-8000-00000000dead" }));
    const elsewhere = await hunt(["--connection", file, count]);
    assert.equal(elsewhere.exitCode, 3);
    assert.match(
      elsewhere.stderr,
      /answered 400: AADSTS700016: [^\n]*\n.*does not have the connector's application\. Ask whoever runs `pulumi up` for this customer to restore it/,
    );
    assert.doesNotMatch(elsewhere.stderr, /Trace ID|Correlation ID/);
    await writeFile(file, "{");
    const broken = await hunt(["--connection", file, count]);
    assert.equal(broken.exitCode, 1);
    assert.match(broken.stderr, /^mssp: \S+wrong\.json is not a usable connection file: it is not a JSON object\./);
    const unknown = await hunt(["--stack", "nobody", count]);
    assert.equal(unknown.exitCode, 1);
    assert.match(unknown.stderr, /^mssp: nobody: There is no stack "nobody"/m);
  });

  it("usage: a wrong command line is refused (2) and so is what it names (1), and nothing is asked", async () => {
    let requests = 0;
    observe = () => requests++;
    for (const [args, exitCode, reason] of [
      [[count], 2, /error: use exactly one of --stack <pattern>, --all, --connection <file>, --connections <folder>/],
      [["--stack", "contoso", "--tag", "tier", count], 2, /error: --tag goes with --all/],
      [["--stack", "contoso"], 2, /error: the query is missing: give it as an argument, with --file, or -/],
      [["--stack", "contoso", "--since", "yesterday", count], 2, /'yesterday' is invalid\. Expected a duration/],
      [["--connection", "x", "--passphrase-folder", "x", count], 2, /error: --passphrase-folder goes with --stack/],
      [
        ["--stack", "contoso", "--file", "none.kql"],
        1,
        /The query's file none\.kql can't be read: it does not exist\./,
      ],
      [["--stack", "no/such/stack/name", count], 2, /'no\/such\/stack\/name' is invalid\. A stack's name has at most/],
      [["--stack", "contoso", "--passphrase-folder", "none", count], 1, /--passphrase-folder none: there is no such/],
    ] as const) {
      const ended = await hunt(args);
      assert.deepEqual([ended.exitCode, ended.stdout], [exitCode, ""], args.join(" "));
      assert.match(ended.stderr, reason);
    }
    assert.equal(requests, 0);
  });

  /** A connection file of contoso, with its secret in a file. */
  async function connectionFile(): Promise<string> {
    const file = path.join(folder, "contoso.json");
    const secretFile = path.join(folder, "client-secret");
    await writeFile(secretFile, clientSecret, { mode: 0o600 });
    const connection = ["connection", "--stack", "contoso", "--out", file, "--credential", secretFile, "--force"];
    const { exitCode, stderr } = await inSession(connection, {
      folder: project.folder,
      environment: project.environment,
    });
    assert.equal(exitCode, 0, stderr);
    return file;
  }

  it("100,000 rows: all are written, with a warning that the service may have left out more", async () => {
    const { cloud } = project.sandbox;
    const usual = cloud.detectionInterval;
    cloud.detectionInterval = detectionIntervalFor(110_000);
    try {
      const query = (rows: number) => `AlertInfo | project Severity | take ${rows}`;
      const most = await huntTo(["--stack", "contoso", query(100_000)], path.join(folder, "most.jsonl"));
      assert.equal(most.exitCode, 0);
      assert.match(
        most.stderr,
        /^mssp: contoso: 100,000 rows: the service may have left out more\. Limit the query\.$/m,
      );
      assert.match(most.stderr, /^mssp: 100,000 rows from 1 of 1 customer\.$/m);
      assert.equal(huntRows(await readFile(path.join(folder, "most.jsonl"), "utf8")).length, 100_000);
      const fewer = await huntTo(["--stack", "contoso", query(99_999), "--quiet"], path.join(folder, "fewer"));
      assert.deepEqual([fewer.exitCode, fewer.stderr], [0, ""]);
    } finally {
      cloud.detectionInterval = usual;
    }
  });

  it("--format csv: one header, and the tenant first in each row of every customer, in a file, too", async () => {
    const file = path.join(folder, "result.csv");
    const query = "AlertInfo | summarize count() by Severity";
    const { exitCode, stderr } = await huntTo(
      ["--stack", "contoso", "--stack", "fabrikam", "--format", "csv", query],
      file,
    );
    assert.equal(exitCode, 0, stderr);
    const [header, ...rows] = (await readFile(file, "utf8")).trimEnd().split("\r\n");
    assert.equal(header, "tenantId,stack,Severity,count_");
    assert.match(stderr, new RegExp(`^mssp: ${rows.length} rows from 2 of 2 customers\\.$`, "m"));
    const customers = new Set(rows.map((row) => row.split(",").slice(0, 2).join()));
    assert.deepEqual(customers, new Set([`${tenants.contoso},contoso`, `${tenants.fabrikam},fabrikam`]));
  });

  it("sends the requests of the ledger", () => assertRequests("mssp hunt", project.sandbox, __filename));
});
