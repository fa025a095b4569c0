/** A stack of the project in a backend of its own, in a temporary folder: the user's backend and files stay as they are. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseDocument, stringify } from "yaml";

export interface TemporaryStack {
  /** Its settings file, for `--config-file`. */
  readonly configFile: string;
  /** Variables of each command on it. */
  readonly variables: Readonly<Record<string, string>>;
  dispose(): Promise<void>;
}

export interface TemporaryStackOptions {
  /** Name of the stack without organization and project. */
  readonly stack: string;
  /** Name of the project in `Pulumi.yaml`. */
  readonly project: string;
  /** Text of the stack's settings file. */
  readonly settings: string;
  /** Runs a command of the engine in a folder, with these variables besides those of the caller. */
  readonly run: (
    args: readonly string[],
    folder: string,
    variables: Readonly<Record<string, string>>,
  ) => Promise<unknown>;
}

/**
 * Creates the stack. `stack init` writes the salt of the passphrase into the stack's file beside
 * `Pulumi.yaml`: it runs in a project of the same name in the temporary folder. Settings with
 * encryption keys keep them, and need their passphrase in the environment.
 * @throws what `run` throws.
 */
export async function createTemporaryStack(options: TemporaryStackOptions): Promise<TemporaryStack> {
  const { stack, project, settings, run } = options;
  const folder = await mkdtemp(path.join(tmpdir(), "mssp-stack-"));
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    const [backend, configFile] = [path.join(folder, "state"), path.join(folder, `Pulumi.${stack}.yaml`)];
    await mkdir(backend);
    await writeFile(path.join(folder, "Pulumi.yaml"), stringify({ name: project, runtime: "nodejs" }));
    await writeFile(configFile, settings, { mode: 0o600 });
    const ownKeys = hasKeys(settings);
    const variables = {
      PULUMI_BACKEND_URL: `file://${backend}`,
      ...(ownKeys
        ? {}
        : { PULUMI_CONFIG_PASSPHRASE: randomBytes(32).toString("base64url"), PULUMI_CONFIG_PASSPHRASE_FILE: "" }),
    };
    const provider = ownKeys ? [] : ["--secrets-provider", "passphrase"];
    await run(["stack", "init", stack, ...provider], folder, variables);
    return { configFile, variables, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function hasKeys(settings: string): boolean {
  const document = parseDocument(settings, { logLevel: "silent" });
  return ["encryptionsalt", "secretsprovider"].some((key) => document.has(key));
}
