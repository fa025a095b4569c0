/**
 * `npm run test:containers`: builds the container files of `templates/` as they are, and runs what
 * the guides promise in the images. Needs root, buildah and mmdebstrap; no container registry.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { chmod, chown, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { engineFolder, engineVersion } from "@defender-mssp/engine";
import { fixture } from "@defender-mssp/testkit/fixture";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";
import { parseAllDocuments } from "yaml";
import { checkout, Installation } from "../package/installation";
import { createSiemCustomer } from "../package/siemCustomer";
import { baseArchive } from "./baseImage";
import { Buildah, buildahIsMissing, type Container, type Image, type Mount } from "./buildah";

/** The user of both images. */
const user = 1000;
const base = "docker.io/library/node:24-bookworm-slim";

describe("the container files", function () {
  this.timeout(900_000);

  let buildah: Buildah | undefined;
  let installation: Installation;
  let temporary: string;
  let certificates: readonly Mount[];
  let secrets: Readonly<Record<string, string>>;
  let baseMegabytes: number;
  const figures: string[] = [];

  before(async function () {
    const reason = await buildahIsMissing();
    if (reason !== undefined) {
      process.stderr.write(`The containers are not built here: ${reason}.\n`);
      this.skip();
    }
    buildah = Buildah.create();
    temporary = newFolder();
    installation = await Installation.create();
    baseMegabytes = (await buildah.importImage(base, await baseArchive())).megabytes;
    // This machine's npm settings and certificates are for the build alone.
    const npmrc = path.join(temporary, "npmrc");
    await writeFile(npmrc, `registry=${installation.registry.url}\ncafile=/run/certificates.pem\n`);
    secrets = { npmrc };
    certificates = [
      { from: process.env["NODE_EXTRA_CA_CERTS"] ?? "/etc/ssl/certs/ca-certificates.crt", to: "/run/certificates.pem" },
    ];
  });
  after(async () => {
    process.stdout.write(`\n${figures.map((line) => `      ${line}\n`).join("")}`);
    if (buildah === undefined) return;
    await installation.dispose();
    await buildah.dispose();
  });

  /** What both images promise. */
  function checkImage(image: Image): void {
    figures.push(`${image.tag}: ${(image.megabytes - baseMegabytes).toFixed(0)} MB on top of the base image`);
    // A number: Kubernetes can't check of a name that it is not root.
    assert.match(image.config.User ?? "", /^1000(:1000)?$/);
    for (const text of [installation.registry.url, "cafile"])
      assert.ok(!image.history.includes(text), `the image's history contains ${text}`);
  }

  async function checkFiles(container: Container): Promise<void> {
    const found = await container.succeed(
      [
        "find",
        "/",
        "-xdev",
        "-name",
        ".npmrc",
        "-size",
        "+0",
        "-o",
        "-xdev",
        "-name",
        "certificates.pem",
        "-size",
        "+0",
      ],
      { user: "root" },
    );
    assert.equal(found, "", "a file of this machine is in the image");
  }

  describe("templates/siem/Containerfile", () => {
    let container: Container;
    const customer = fixture(() => createSiemCustomer(temporary));
    let mounts: readonly Mount[];
    /** The identifiers of the customer's alerts. */
    let all: readonly string[];
    const command = ["node", "/opt/mssp/node_modules/@defender-mssp/siem/siem.js"];
    const connection = ["--connection", "/run/mssp/connection.json"];

    before(async () => {
      const context = path.join(temporary, "siem");
      await installation.copySiemTarballs(path.join(context, "vendor"));
      const image = await buildah!.build({
        file: path.join(checkout, "templates", "siem", "Containerfile"),
        tag: "localhost/mssp-alerts",
        ...{ context, secrets, mounts: certificates },
      });
      checkImage(image);
      assert.deepEqual(image.config.Entrypoint, command);
      container = await buildah!.container(image.tag);
      for (const file of [customer.connectionFile, customer.secretFile]) {
        await chmod(file, 0o400);
        await chown(file, user, user);
      }
      mounts = [
        { from: customer.connectionFile, to: "/run/mssp/connection.json" },
        { from: customer.secretFile, to: "/run/mssp/client-secret" },
        { from: customer.certificateFile, to: "/run/sandbox.pem" },
      ];
    });

    const given = () => ({ mounts, environment: { NODE_EXTRA_CA_CERTS: "/run/sandbox.pem" } });
    const run = (...args: readonly string[]) => container.run([...command, ...args], given());

    it("has neither engine, sandbox nor azure-native, and nothing of the build's machine", async () => {
      const modules = await container.succeed(["find", "/opt/mssp/node_modules", "-maxdepth", "2", "-name", "*"]);
      for (const name of ["@defender-mssp/engine", "@defender-mssp/sandbox", "@pulumi/azure-native", "typescript"])
        assert.doesNotMatch(modules, new RegExp(`/${name}$`, "m"));
      await checkFiles(container);
      assert.equal(await container.succeed(["id", "-u"]), "1000");
    });

    it("mssp verify, token, siem-config and incidents run with the connection file", async () => {
      const verified = await run("verify", ...connection);
      assert.equal(verified.exitCode, 0, verified.stdout);
      assert.match(verified.stdout, /✓ {2}alerts from Microsoft Graph/);
      const token = await run("token", ...connection, "--client-credentials");
      assert.match(token.stdout, /^Access token for graph: valid until /, token.stderr);
      const written = await run("siem-config", "splunk", ...connection, "--out", "splunk");
      assert.equal(written.exitCode, 0, written.stderr);
      const incidents = await run("incidents", ...connection, "--since", "P30D");
      assert.equal(incidents.exitCode, 0, incidents.stderr);
      assert.ok(incidents.stdout.trim().split("\n").length > 1, incidents.stdout);
    });

    it("mssp alerts writes in /var/lib/mssp only: --read-only holds", async () => {
      await container.succeed(["touch", "/tmp/before"]);
      const { exitCode, stdout, stderr } = await run(
        "alerts",
        ...connection,
        "--checkpoint",
        "/var/lib/mssp/once.checkpoint",
      );
      assert.equal(exitCode, 0, stderr);
      all = idsOf(stdout);
      assert.ok(all.length > 10, `${all.length} alerts`);
      const search = ["find", "/", "-xdev", "-newer", "/tmp/before", "-type", "f"];
      const changed = await container.succeed([...search, "-not", "-path", "/proc/*", "-not", "-path", "/sys/*"], {
        user: "root",
      });
      // buildah's own: names and addresses of the host, and the marks of mounts.
      const ours = changed
        .split("\n")
        .filter((file) => !/^(\/etc\/(hosts|resolv\.conf|hostname)|\/run\/.*|)$/.test(file));
      assert.deepEqual(ours, []);
    });

    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      it(`mssp alerts --follow ends by ${signal} with a checkpoint, from which the next run continues`, async () => {
        const args = [...connection, "--checkpoint", `/var/lib/mssp/${signal}.checkpoint`, "--quiet"];
        const [name, ...rest] = container.command([...command, "alerts", ...args, "--follow"], given());
        const following = spawn(name, rest, { stdio: ["ignore", "pipe", "inherit"] });
        const ended = once(following, "exit");
        let delivered = "";
        following.stdout.on("data", (text: Buffer) => (delivered += text.toString()));
        const checkpoint = `/var/lib/mssp/${signal}.checkpoint`;
        const isThere = async () => (await container.run(["test", "-f", checkpoint])).exitCode === 0;
        while (following.exitCode === null && !(await isThere())) await wait(100);
        process.kill(await descendant(following.pid!, "mssp.js"), signal);
        const [exitCode] = (await ended) as [number | null];
        assert.equal(exitCode, 0);
        assert.equal(typeof JSON.parse(await container.succeed(["cat", checkpoint])), "object");
        const next = await run("alerts", ...args);
        assert.equal(next.exitCode, 0, next.stderr);
        // It may have ended in the middle of its first pull: together they have each alert.
        assert.deepEqual(idsOf(delivered + next.stdout), all);
        const last = await run("alerts", ...args);
        assert.deepEqual([last.exitCode, last.stdout], [0, ""], last.stderr);
      });
    }
  });

  describe("templates/kubernetes/Dockerfile", () => {
    let container: Container;
    let share: string;

    before(async () => {
      const customers = path.join(installation.folder, "customers");
      const made = await installation.run(["npx", "--yes", "defender-mssp", "init", "customers"]);
      assert.equal(made.exitCode, 0, made.stderr);
      // Pulumi's download hosts may be out of reach: the base image brings the engine, and marks of
      // the plugins, which are not started here.
      const brought = path.join(temporary, "pulumi");
      await cp(engineFolder(), path.join(brought, "versions", engineVersion()), { recursive: true });
      const modules = path.join(checkout, "node_modules", "@pulumi");
      for (const name of ["azuread", "random"]) {
        const text = await readFile(path.join(modules, name, "package.json"), "utf8");
        const { version } = JSON.parse(text) as { version: string };
        const plugin = path.join(brought, "plugins", `resource-${name}-v${version}`);
        await mkdir(plugin, { recursive: true });
        await writeFile(path.join(plugin, `pulumi-resource-${name}`), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
      }
      const file = path.join(temporary, "base.Dockerfile");
      await writeFile(
        file,
        `FROM ${base}\nCOPY --chown=1000:1000 . /home/node/.pulumi/\nRUN chown 1000:1000 /home/node/.pulumi\n`,
      );
      await buildah!.build({ file, context: brought, tag: "localhost/base-with-engine" });
      const image = await buildah!.build({
        file: path.join(checkout, "templates", "kubernetes", "Dockerfile"),
        context: customers,
        tag: "localhost/mssp-pulumi",
        arguments: { BASE: "localhost/base-with-engine" },
        ...{ secrets, mounts: certificates },
      });
      checkImage(image);
      container = await buildah!.container(image.tag);
      // The volume of a workspace's pod, after the operator's container `fetch`.
      share = path.join(temporary, "share");
      await cp(customers, path.join(share, "workspace"), { recursive: true });
      await rm(path.join(share, "workspace", "node_modules"), { recursive: true, force: true });
      await execa("chown", ["--recursive", `${user}:${user}`, share]);
    });

    /** As in a pod: with the volume, but with nothing to download from. */
    const inPod = (command: readonly string[]) =>
      container.succeed(command, {
        mounts: [{ from: share, to: "/share", mode: "rw" }],
        folder: "/share/workspace",
        network: "loopback",
      });

    it("has engine and plugins of the lockfile's versions, and nothing of the build's machine", async () => {
      assert.equal(await inPod(["id", "-u"]), "1000");
      assert.equal(await inPod(["pulumi", "version"]), `v${engineVersion()}`);
      const plugins = JSON.parse(await inPod(["pulumi", "plugin", "ls", "--json"])) as { name: string }[];
      assert.deepEqual(plugins.map(({ name }) => name).sort(), ["azuread", "random"]);
      await checkFiles(container);
    });

    it("a pod without a network onboards the sandbox's customer with the image's packages", async () => {
      await inPod(commandOfPackages());
      const packages = () => inPod(["find", "node_modules", "-maxdepth", "3", "-type", "d"]);
      const installed = await packages();
      await inPod(["pulumi", "install"]);
      assert.equal(await packages(), installed);
      const { version } = installation.registry.packages.find(({ name }) => name === "defender-mssp") ?? {};
      assert.equal(await inPod(["npx", "--no", "--", "mssp", "--version"]), version);
      assert.match(await inPod(["npx", "--no", "mssp", "start"]), /\+ \d+ created/);
      const preview = ["pulumi", "preview", "--stack", "dev", "--expect-no-changes"];
      const shown = await inPod(["npx", "--no", "mssp", "sandbox", "run", "--", ...preview]);
      assert.match(shown, /unchanged/);
    });
  });
});

function idsOf(lines: string): readonly string[] {
  const ids = lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { id: string }).id);
  return [...new Set(ids)].sort();
}

/** The command of the manifests' container that puts the packages into the workspace. */
function commandOfPackages(): readonly string[] {
  const file = path.join(checkout, "templates", "kubernetes", "customer.yaml");
  const [stack] = parseAllDocuments(readFileSync(file, "utf8"));
  const place = ["spec", "workspaceTemplate", "spec", "podTemplate", "spec", "initContainers", 0, "command"];
  return (stack?.getIn(place) as { toJSON(): string[] }).toJSON();
}

/** The process below `ancestor` whose command line contains `text` and that has no such child. */
async function descendant(ancestor: number, text: string): Promise<number> {
  const { stdout } = await execa("ps", ["-e", "-o", "pid=,ppid=,comm=,args="]);
  const processes = stdout.split("\n").map((line) => {
    const [, pid = "", parent = "", name = "", args = ""] = /^ *(\d+) +(\d+) +(\S+) +(.*)$/.exec(line) ?? [];
    return { pid: Number(pid), parent: Number(parent), name, args };
  });
  const below = (pid: number): typeof processes =>
    processes.filter(({ parent }) => parent === pid).flatMap((one) => [one, ...below(one.pid)]);
  const found = below(ancestor).find(({ name, args }) => /^(node|MainThread)$/.test(name) && args.includes(text));
  if (found === undefined) throw new Error(`no process of ${text}`);
  return found.pid;
}
