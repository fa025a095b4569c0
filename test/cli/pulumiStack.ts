/** Stacks with given outputs, made without running a program: for tests of the commands that read them. */
import { readFile, rm, writeFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { pulumiEnvironment } from "@defender-mssp/plugins";
import { commandEnvironment, startSandbox, type OwnSandbox, type SandboxOptions } from "@defender-mssp/sandbox";
import { contoso, daemonId, secretOutput, StateFile, Vault, newFolder } from "@defender-mssp/testkit";
import { runPulumi } from "../../cli/stack/pulumi";
import { StandInEngine } from "./standInEngine";

export { secretOutput as secret } from "@defender-mssp/testkit";

interface StackOptions {
  /**
   * `stand-in` answers with the outputs and starts in milliseconds: for what a command does with
   * them. `passphrase` is the real engine, with secrets that need the passphrase. Default: the real
   * engine, with a key of the tests.
   */
  readonly engine?: "stand-in" | "passphrase" | "real";
}

/** A sandbox, and a Pulumi project with nothing but stacks in it. */
export class StackProject {
  private constructor(
    readonly folder: string,
    readonly sandbox: OwnSandbox,
    /** For commands that use the sandbox. */
    readonly environment: NodeJS.ProcessEnv,
    private readonly vault: Vault | undefined,
    private readonly standIn: StandInEngine | undefined,
  ) {}

  static async create({
    engine = "real",
    ...options
  }: Partial<SandboxOptions> & StackOptions = {}): Promise<StackProject> {
    const folder = newFolder();
    await mkdir(path.join(folder, "project"));
    await writeFile(path.join(folder, "project", "Pulumi.yaml"), "name: defender-mssp\nruntime: nodejs\n");
    const home = path.join(folder, "sandbox");
    const sandbox = await startSandbox({ ...options, home, sharesSigningKey: true });
    const project = path.join(folder, "project");
    const vault = engine === "real" ? await Vault.start() : undefined;
    const standIn = engine === "stand-in" ? await StandInEngine.create(path.join(folder, "engine")) : undefined;
    const environment = commandEnvironment(await pulumiEnvironment(home, await sandbox.environment()));
    const variables = { ...environment, ...vault?.variables, ...standIn?.variables };
    return new StackProject(project, sandbox, variables, vault, standIn);
  }

  /** A stack that has been deployed with these outputs; without outputs, one that has not. */
  async addStack(name: string, given?: Readonly<Record<string, unknown>>): Promise<void> {
    const outputs = given && asProgramWrites(given);
    if (this.standIn !== undefined) {
      await writeFile(path.join(this.folder, `Pulumi.${name}.yaml`), "# A stack of a test.\n");
      await this.standIn.addStack(name, outputs);
      return;
    }
    if (this.vault !== undefined) {
      const { url, encryptedkey } = this.vault.key;
      const settings = `secretsprovider: ${url}\nencryptedkey: ${encryptedkey}\n`;
      await writeFile(path.join(this.folder, `Pulumi.${name}.yaml`), settings);
      await new StateFile(this.environment["PULUMI_BACKEND_URL"] ?? "", "defender-mssp", name, this.vault).create(
        outputs,
      );
      return;
    }
    await this.#pulumi("stack", "init", name);
    if (outputs === undefined) return;
    const settings = await readFile(path.join(this.folder, `Pulumi.${name}.yaml`), "utf8");
    const salt = /encryptionsalt: (.*)/.exec(settings)?.[1];
    const urn = `urn:pulumi:${name}::defender-mssp::pulumi:pulumi:Stack::defender-mssp-${name}`;
    const deployment = {
      manifest: { time: "2026-01-01T00:00:00Z", magic: "", version: "" },
      secrets_providers: { type: "passphrase", state: { salt } },
      resources: [{ urn, custom: false, type: "pulumi:pulumi:Stack", outputs }],
    };
    const file = path.join(this.folder, `${name}.json`);
    await writeFile(file, JSON.stringify({ version: 3, deployment }));
    await this.#pulumi("stack", "import", "--stack", name, "--file", file);
    await rm(file);
  }

  async dispose(): Promise<void> {
    await this.sandbox.stop();
    await this.vault?.stop();
    await rm(path.dirname(this.folder), { recursive: true, force: true });
  }

  async #pulumi(...args: string[]): Promise<void> {
    await runPulumi(args, { folder: this.folder, environment: this.environment });
  }
}

/** Adds what the program always writes, so that a test names only what it is about. */
function asProgramWrites(outputs: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!("tenantId" in outputs)) return outputs;
  const { connector } = outputs;
  return {
    cloud: "public",
    ...outputs,
    ...(typeof connector === "object" && { connector: { profile: "read", ...connector } }),
  };
}

/** Outputs of a stack whose connector, the sandbox's daemon in Contoso's tenant, reads Graph by a secret. */
export function connectorOutputs(clientSecret: string) {
  return {
    tenantId: contoso,
    clientId: daemonId,
    clientSecret: secretOutput(clientSecret),
    clientSecretExpiresOn: "2099-01-01T00:00:00Z",
    redirectUri: "https://contoso.com/SiemMsspConnector",
    portalUrl: `https://security.microsoft.com?tid=${contoso}`,
    connector: { kind: "customerApp", credential: "secret", alertApis: ["graph"] },
  };
}
