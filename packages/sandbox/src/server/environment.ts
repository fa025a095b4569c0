/**
 * The environment of a command on the sandbox: without the user's real logins.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { SandboxPaths } from "../cloud/home";
import { automationApplicationId } from "../cloud/identity";
import type { SandboxEnvironment } from "../cloud/sandboxEnvironment";
import { clockVariable, replicasVariable, timeScaleVariable } from "@defender-mssp/microsoft";
import { certificateFiles, writeTrust } from "./serverCertificate";

export interface EnvironmentOptions {
  /** The user's environment; this process's by default. */
  readonly user?: NodeJS.ProcessEnv;
}

/** Values of a running sandbox for the environment. */
export interface SandboxAccess {
  readonly httpsPort: number;
  readonly clientSecret: string;
  /** How far a person has moved the server's clock. Default: 0. */
  readonly movedMilliseconds?: number;
  /** Factor of the replicas' lags; undefined without lags. */
  readonly timeScale?: number | undefined;
  /** PEM; read from the home by those who have joined. */
  readonly certificate?: string;
}

export async function prepareEnvironment(
  paths: SandboxPaths,
  access: SandboxAccess,
  options: EnvironmentOptions = {},
): Promise<SandboxEnvironment> {
  const { user = process.env } = options;
  const files = certificateFiles(paths.keys);
  const certificate = access.certificate ?? (await readFile(files.certificate, "utf8"));
  await writeTrust(paths.keys, certificate, user);
  const host = `127.0.0.1:${access.httpsPort}`;
  return {
    variables: {
      ARM_METADATA_HOSTNAME: host,
      ARM_ENVIRONMENT: "public",
      ARM_CLIENT_ID: automationApplicationId,
      ARM_CLIENT_SECRET: access.clientSecret,
      SSL_CERT_FILE: files.roots,
      NODE_EXTRA_CA_CERTS: files.extra,
      MSSP_SANDBOX_HOME: paths.home,
      MSSP_DEFENDER_ENDPOINT: `https://${host}`,
      ...(access.timeScale === undefined
        ? {}
        : { [replicasVariable]: "on", [timeScaleVariable]: String(access.timeScale) }),
      ...clockVariables(access.movedMilliseconds, user),
      ...withoutProxy(user),
    },
    removed: Object.keys(user).filter(
      (name) =>
        /^(ARM_|AZURE_)/.test(name) ||
        [replicasVariable, timeScaleVariable].includes(name) ||
        (name === clockVariable && isDistance(user)),
    ),
  };
}

/**
 * The clock of a command is as far from the machine's as the server's. A moment that the user has
 * set, for one command, stays.
 */
function clockVariables(movedMilliseconds: number | undefined, user: NodeJS.ProcessEnv): Record<string, string> {
  const seconds = Math.round((movedMilliseconds ?? 0) / 1000);
  if (seconds === 0 || ((user[clockVariable] ?? "") !== "" && !isDistance(user))) return {};
  return { [clockVariable]: `${seconds > 0 ? "+" : ""}${seconds}s` };
}

/** Of an earlier environment of the sandbox. */
function isDistance(user: NodeJS.ProcessEnv): boolean {
  return /^[+-]/.test(user[clockVariable] ?? "");
}

/**
 * Excludes the sandbox from the user's proxy. Go excludes loopback by itself, other clients do not.
 */
function withoutProxy(user: NodeJS.ProcessEnv): Record<string, string> {
  const hasProxy = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"].some((name) => (user[name] ?? "") !== "");
  if (!hasProxy) return {};
  const names = [...(user["NO_PROXY"] ?? user["no_proxy"] ?? "").split(","), "127.0.0.1", "localhost"];
  const list = [...new Set(names.map((name) => name.trim()).filter((name) => name !== ""))].join(",");
  return { NO_PROXY: list, no_proxy: list };
}

/**
 * The folder of the sandbox: `--home`, else MSSP_SANDBOX_HOME, else `.sandbox` in the working
 * folder.
 */
export function sandboxHome(
  option: string | undefined,
  user: NodeJS.ProcessEnv = process.env,
  folder = process.cwd(),
): string {
  const named = option ?? user["MSSP_SANDBOX_HOME"];
  return path.resolve(folder, named === undefined || named === "" ? ".sandbox" : named);
}
