/** The `mssp` command as people type it in the checkout. */
import path from "node:path";
import { execa } from "execa";

export const checkout = path.resolve(__dirname, "..", "..");

export interface MsspOptions {
  /** Working folder; the checkout where it isn't given. */
  readonly folder?: string;
  /** Variables in addition to this process's; `undefined` removes one. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `node cli/mssp.js <args>` to its end, whatever that is, without a home or a login of the
 * user's, and uncoloured (CI asks for colours).
 */
export async function mssp(args: readonly string[], options: MsspOptions = {}): Promise<Ended> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [path.join(checkout, "cli", "mssp.js"), ...args], {
    cwd: options.folder ?? checkout,
    env: environmentOf(options),
    extendEnv: false,
    reject: false,
    stdin: "ignore",
  });
  return { exitCode, stdout, stderr };
}

/** The variables of a command. */
export function environmentOf({ environment = {} }: MsspOptions): NodeJS.ProcessEnv {
  const variables = {
    ...process.env,
    FORCE_COLOR: undefined,
    MSSP_SANDBOX_HOME: undefined,
    NO_COLOR: "1",
    PULUMI_CONFIG_PASSPHRASE: undefined,
    PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
    ...environment,
  };
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
}
