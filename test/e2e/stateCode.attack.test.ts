import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fixture } from "@defender-mssp/testkit";
import { mssp as inProcess } from "../cli/mssp";
import { inSession } from "../cli/testSession";
import { createProject, customer } from "./support";

interface Resource {
  readonly urn: string;
  readonly id: string;
  readonly parent?: string;
  readonly provider?: string;
  readonly custom: boolean;
  readonly type: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
}
interface State {
  readonly deployment: { readonly resources: Resource[] };
}

/**
 * Who can write a stack's state can put code there. It must not run as the identity of the next
 * `up`.
 */
describe("domain/stateCode: code in a stack's state", function () {
  const project = fixture(() => createProject({ sharedRuntime: false }));
  let proof: string;
  let clean: string;

  before(async () => {
    proof = path.join(project.folder, "proof.json");
    await project.writeSettings("contoso", customer(0x50, { portalAccess: "rbac" }));
    await project.addStack("contoso");
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    clean = await project.succeed(["stack", "export", "--stack", "contoso"]);
  });

  async function importState(change: (state: State) => void): Promise<void> {
    const state = JSON.parse(clean) as State;
    change(state);
    const file = path.join(project.folder, "state.json");
    await writeFile(file, JSON.stringify(state));
    await project.succeed(["stack", "import", "--stack", "contoso", "--file", file]);
  }

  /** The code writes what it can see of the environment, and then does what it always did. */
  const withCode = (state: State) => {
    const guest = state.deployment.resources.find(({ type }) => type.endsWith(":Guest"))!;
    const stolen = `require("node:fs").writeFileSync(${JSON.stringify(proof)}, JSON.stringify(Object.keys(process.env)));\n`;
    for (const values of [guest.inputs, guest.outputs]) values["__provider"] = stolen + String(values["__provider"]);
  };

  // The threads of a fleet need the compiled command.
  const mssp = (...args: string[]) =>
    (args[0] === "fleet" ? inProcess : inSession)(args, { folder: project.folder, environment: project.environment });

  describe("in a dynamic resource", () => {
    before(() => importState(withCode));

    it("`mssp ci check-state` names the resource and runs no code of the state", async () => {
      const { exitCode, stderr } = await mssp("ci", "check-state", "--stack", "contoso");
      assert.equal(exitCode, 1);
      assert.match(stderr, /state of stack "contoso" can't be trusted/);
      assert.match(
        stderr,
        /dynamic\/defender-mssp:Guest::\S+ carries code that this release .* \(SHA-256 [0-9a-f]{64}\)/,
      );
      assert.ok(!existsSync(proof));
    });

    it("`mssp ci preview`, also with --drift, refuses it before the engine runs", async () => {
      for (const flags of [[], ["--drift"]]) {
        const { exitCode } = await mssp("ci", "preview", "--stack", "contoso", "--json", ...flags);
        assert.equal(exitCode, 1);
        const preview = JSON.parse(await readFile(path.join(project.folder, "previews", "contoso.json"), "utf8")) as {
          readonly failed: boolean;
          readonly messages: readonly string[];
        };
        assert.equal(preview.failed, true);
        assert.match(preview.messages.join("\n"), /can't be trusted/);
      }
      assert.ok(!existsSync(proof));
    });

    it("a plain `pulumi up` runs none of it: the program refuses before its first registration", async () => {
      for (const args of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const { exitCode, stdout, stderr } = await project.pulumi([...args, "--stack", "contoso"]);
        assert.notEqual(exitCode, 0);
        assert.match(stdout + stderr, /carries code that this release has not written/);
      }
      assert.ok(!existsSync(proof));
    });

    for (const args of [
      ["preview", "--refresh"],
      ["up", "--refresh", "--yes", "--skip-preview"],
      ["refresh", "--yes", "--skip-preview"],
      ["destroy", "--target", "**:Guest::**", "--target-dependents", "--yes", "--skip-preview"],
    ]) {
      it(`the host of dynamic resources refuses it at \`pulumi ${args.slice(0, 2).join(" ")}\`, where no program runs before`, async () => {
        const { exitCode, stdout, stderr } = await project.pulumi([...args, "--stack", "contoso"]);
        assert.notEqual(exitCode, 0);
        assert.match(stdout + stderr, /carries code that this release has not written \(SHA-256 [0-9a-f]{64}\)/);
        assert.ok(!existsSync(proof));
      });
    }

    it("each command of a fleet run refuses it", async () => {
      for (const args of [["preview"], ["preview", "--refresh"], ["up", "--refresh", "--yes"], ["destroy", "--yes"]]) {
        const { exitCode, stdout, stderr } = await mssp("fleet", ...args, "--stack", "contoso");
        assert.notEqual(exitCode, 0, args.join(" "));
        const said = stdout + stderr;
        assert.match(said, /has not written \(SHA-256 [0-9a-f]{64}\)/, args.join(" "));
        assert.ok(!existsSync(proof), args.join(" "));
      }
    });

    it("without the line in Pulumi.yaml, `pulumi refresh` runs it, and `mssp doctor` names the line", async () => {
      const file = path.join(project.folder, "Pulumi.yaml");
      const text = await readFile(file, "utf8");
      await writeFile(file, text.replace(/^plugins:\n(?: .*\n)+/m, ""));
      try {
        const { stdout } = await mssp("doctor", "--stack", "contoso");
        assert.match(stdout, /name: pulumi-nodejs, path: \S*program\/dynamicHost \}/);
        await project.pulumi(["refresh", "--stack", "contoso", "--yes", "--skip-preview"]);
        assert.ok(existsSync(proof), "SECURITY.md says what the line is for");
      } finally {
        await writeFile(file, text);
        await rm(proof, { force: true });
      }
      assert.doesNotMatch((await mssp("doctor", "--stack", "contoso")).stdout, /dynamicHost/);
    });
  });

  it("a resource of another type that names the dynamic provider is refused", async () => {
    await importState((state) => {
      const group = state.deployment.resources.find(({ type }) => type === "azuread:index/group:Group")!;
      group.outputs["__provider"] = "module.exports = {}";
    });
    const { exitCode, stderr } = await mssp("ci", "check-state", "--stack", "contoso");
    assert.equal(exitCode, 1);
    assert.match(stderr, /azuread:index\/group:Group::\S+ carries code/);
  });

  describe("in a provider plugin that the state names", () => {
    const asked: string[] = [];
    const server = createServer(({ url = "" }, response) => {
      asked.push(url);
      response.writeHead(404).end();
    });

    before(async () => {
      await once(server.listen(0, "127.0.0.1"), "listening");
      const { port } = server.address() as AddressInfo;
      await importState(({ deployment: { resources } }) => {
        const provider = resources.find(({ type }) => type === "pulumi:providers:azuread")!;
        const urn = provider.urn.replace("pulumi:providers:azuread", "pulumi:providers:evil");
        const inputs = { version: "1.0.0", pluginDownloadURL: `http://127.0.0.1:${port}` };
        const evil = { ...provider, urn, type: "pulumi:providers:evil", inputs, outputs: inputs };
        const type = "evil:index:Thing";
        const thing = { urn: urn.replace("pulumi:providers:evil", type), type, id: "thing", custom: true };
        const reference = `${urn}::${provider.id}`;
        resources.push(evil, { ...thing, parent: provider.parent, provider: reference, inputs: {}, outputs: {} });
      });
    });
    after(() => server.close());
    beforeEach(() => asked.splice(0));

    const refresh = (automatic: string) =>
      project.pulumi(["refresh", "--stack", "contoso", "--yes", "--skip-preview"], {
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: automatic,
      });

    it("the engine asks the server that the state names for the plugin", async () => {
      assert.notEqual((await refresh("false")).exitCode, 0);
      assert.match(asked.join(), /pulumi-resource-evil-v1\.0\.0/);
    });

    it("with PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION it asks nobody, and fails", async () => {
      const { exitCode, stdout, stderr } = await refresh("true");
      assert.notEqual(exitCode, 0);
      assert.match(stdout + stderr, /evil/);
      assert.deepEqual(asked, []);
    });
  });

  describe("that names a plugin which is not the program's", () => {
    const type = "command:local:Command";
    const marked = () => path.join(project.folder, "started");
    const thing = ({ deployment: { resources } }: State, provider?: string) => {
      const urn = `${resources[0]!.urn.split("::").slice(0, 2).join("::")}::${type}::run`;
      const reference = provider === undefined ? {} : { provider };
      resources.push({ urn, type, id: "run", custom: true, inputs: {}, outputs: {}, ...reference });
    };

    /** On the PATH, where the engine would otherwise download it: it records its start, and works. */
    before(async () => {
      const bin = path.join(project.folder, "bin");
      await mkdir(bin);
      const sdk = JSON.stringify(path.dirname(require.resolve("@pulumi/pulumi/package.json")));
      const plugin = `#!${process.execPath}
require("node:fs").writeFileSync(${JSON.stringify(marked())}, "");
require(${sdk} + "/provider").main(
  { version: "1.0.1", create: async (urn, inputs) => ({ id: "run", outs: inputs }), delete: async () => undefined },
  process.argv.slice(2),
);
`;
      await writeFile(path.join(bin, "pulumi-resource-command"), plugin, { mode: 0o755 });
      project.environment["PATH"] = `${bin}${path.delimiter}${project.environment["PATH"]}`;
      project.environment["PULUMI_IGNORE_AMBIENT_PLUGINS"] = "";
    });

    const poisoned: readonly (readonly [string, (state: State) => void])[] = [
      ["by a resource without a provider", (state) => thing(state)],
      [
        "by a provider of another type than its URN's",
        (state) => {
          const random = "pulumi:providers:random";
          const urn = `${state.deployment.resources[0]!.urn.split("::").slice(0, 2).join("::")}::pulumi:providers:command::x`;
          const inputs = { version: "1.0.1" };
          state.deployment.resources.push({ urn, type: random, id: "1", custom: true, inputs, outputs: inputs });
          thing(state, `${urn}::1`);
        },
      ],
    ];
    for (const [what, poison] of poisoned)
      it(`${what}: \`ci check-state\`, \`ci preview\` and each command of a fleet refuse it before a plugin starts`, async () => {
        await importState(poison);
        for (const args of [
          ["ci", "check-state", "--stack", "contoso"],
          ["ci", "preview", "--stack", "contoso"],
          ["fleet", "preview", "--stack", "contoso"],
          ["fleet", "up", "--yes", "--stack", "contoso"],
          ["secrets", "rotate", "--yes", "--stack", "contoso"],
        ]) {
          const { exitCode, stdout, stderr } = await mssp(...args);
          assert.equal(exitCode, 1, args.join(" "));
          if (args[1] !== "preview" || args[0] === "fleet")
            assert.match(stdout + stderr, /can't be trusted/, args.join(" "));
          assert.ok(!existsSync(marked()), args.join(" "));
        }
      });

    it("is started by a plain `pulumi` before the program runs, as docs/state.md says", async () => {
      await importState(poisoned[0]![1]);
      await project.pulumi(["preview", "--stack", "contoso"]);
      assert.ok(existsSync(marked()));
      await rm(marked());
    });

    it("is accepted as the package of an extension's resource that `allowedPackages` names: preview and destroy go on", async () => {
      await importState(() => undefined);
      const extension = `import * as pulumi from "@pulumi/pulumi";
export const extend = () => { new pulumi.CustomResource("${type}", "run", {}, { version: "1.0.1" }); };
`;
      await writeFile(path.join(project.folder, "extensions", "command.ts"), extension);
      const settings = { portalAccess: "rbac", extension: "command" };
      await project.writeSettings("contoso", customer(0x50, settings));
      await project.succeed(["up", "--refresh", "--stack", "contoso", "--yes", "--skip-preview"]);
      const refused = await mssp("ci", "check-state", "--stack", "contoso");
      const line = /allowedPackages: \[\{ name: command, version: 1\.0\.1 \}\]/;
      assert.match(refused.stderr, line);
      const allowedPackages = [{ name: "command", version: "1.0.1" }];
      await project.writeSettings("contoso", customer(0x50, { ...settings, allowedPackages }));
      assert.equal((await mssp("ci", "check-state", "--stack", "contoso")).exitCode, 0);
      await project.succeed(["preview", "--refresh", "--stack", "contoso", "--expect-no-changes"]);
      const removed = await mssp("fleet", "destroy", "--yes", "--stack", "contoso");
      assert.equal(removed.exitCode, 0, removed.stdout + removed.stderr);
      await project.writeSettings("contoso", customer(0x50, { portalAccess: "rbac" }));
    });
  });

  const tampered: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    ["another origin", { __internal: { pluginDownloadURL: "https://evil.example" } }, /a plugin of another origin/],
    ["another metadata host", { metadataHost: "evil.example" }, /has the input "metadataHost"/],
    ["a download URL", { pluginDownloadURL: "https://evil.example" }, /has the input "pluginDownloadURL"/],
  ];
  for (const [what, inputs, message] of tampered) {
    it(`a provider plugin with ${what} is refused`, async () => {
      await importState((state) => {
        const provider = state.deployment.resources.find(({ type }) => type === "pulumi:providers:azuread")!;
        Object.assign(provider.inputs, inputs);
      });
      const { exitCode, stderr } = await mssp("ci", "check-state", "--stack", "contoso");
      assert.equal(exitCode, 1);
      assert.match(stderr, message);
    });
  }

  it("an extension's code with an allowed hash and an unchanged state are accepted", async () => {
    await importState(withCode);
    const [, hash = ""] = /SHA-256 ([0-9a-f]{64})/.exec(
      (await mssp("ci", "check-state", "--stack", "contoso")).stderr,
    )!;
    const allowed = await inSession(["ci", "check-state", "--stack", "contoso"], {
      folder: project.folder,
      environment: { ...project.environment, MSSP_ALLOWED_STATE_CODE: hash },
    });
    assert.equal(allowed.exitCode, 0, allowed.stderr);
    await importState(() => undefined);
    assert.equal((await mssp("ci", "check-state", "--stack", "contoso")).exitCode, 0);
    await project.succeed(["preview", "--stack", "contoso", "--expect-no-changes"]);
  });
});
