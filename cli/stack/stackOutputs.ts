/**
 * What a stack says about its customer: the one place where the commands read a stack's outputs. They are asked of the engine
 * (`pulumi stack output --json`), through a pipe: a secret is never an argument, a file or a line of text on the way.
 */
import path from "node:path";
import { z } from "zod";
import { alertApis, connectorKinds, credentialTypes, defaultConnectorAccess } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";

const text = z.string().min(1);
/** Without `secrets` the engine puts `[secret]` in place of a secret: such an output counts as absent. */
const secretText = text.optional().transform(unlessHidden);
const secretMap = z.union([z.string(), z.record(z.string(), z.string())]).optional();

const schema = z.object({
  tenantId: text,
  /** Stacks of version 0.1.0 know the public cloud only. */
  cloud: z.enum(["public", "gcc", "gccHigh", "dod"]).default("public"),
  portalUrl: text.optional(),
  legacyPortalUrl: text.optional(),
  /** Application (client) ID of the connector. */
  clientId: text,
  /** Secret. Only where `connector.credential` is "secret". */
  clientSecret: secretText,
  /** RFC 3339, UTC. */
  clientSecretExpiresOn: text.optional(),
  redirectUri: text.optional(),
  loopbackRedirectUri: text.optional(),
  tokenEndpoint: text.optional(),
  groupObjectId: text.optional(),
  /** Tier → object ID. */
  groups: z.record(z.string(), z.string()).optional(),
  /** E-mail address → object ID. */
  guests: z.record(z.string(), z.string()).optional(),
  /** Secret. E-mail address → URL. */
  inviteRedeemUrls: secretMap.transform((value) => (typeof value === "string" ? undefined : value)),
  siemAuthorization: z.enum(["authorized", "manual"]).optional(),
  /** Name → how it came about. */
  notificationRules: z.record(z.string(), z.enum(["configured", "manual"])).optional(),
  /** Tier → My Access link. */
  accessPackages: z.record(z.string(), z.string()).optional(),
  adminConsentUrl: text.optional(),
  /** Stacks of version 0.1.0 have no such output, and this connector. */
  connector: z
    .object({
      kind: z.enum(connectorKinds),
      credential: z.enum(credentialTypes),
      alertApis: z.array(z.enum(alertApis)),
      /** Of a secret or certificate that the stack makes. Both are RFC 3339, UTC. */
      credentialExpiresOn: text.optional(),
      /** Of a secret. */
      renewsOn: text.optional(),
      /** Of a secret that has had a successor: a day, UTC. */
      overlapEndsOn: text.optional(),
    })
    .default({
      kind: defaultConnectorAccess.kind,
      credential: defaultConnectorAccess.credential.type,
      alertApis: [...defaultConnectorAccess.alertApis],
    }),
  nextSteps: z.array(z.string()).default([]),
});

/** The outputs of a stack, as `index.ts` makes them. */
export type StackOutputs = z.infer<typeof schema>;

export interface StackOutputsOptions {
  /** Also what is secret. Default: false, and secrets are absent. */
  readonly secrets?: boolean;
  /** The project's folder; the working folder by default. */
  readonly folder?: string;
  /** Default: `process.env`. */
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Reads the outputs of a stack.
 * @throws VisibleError where there is no such stack, it has not been deployed, what it says can't be understood, or the engine can't
 * read it (passphrase, login).
 */
export async function readStackOutputs(stack: string, options: StackOutputsOptions = {}): Promise<StackOutputs> {
  const answer = await askEngine(stack, options);
  if (answer === null || typeof answer !== "object" || Object.keys(answer).length === 0) {
    throw new VisibleError(
      `Stack "${stack}" has no outputs: nothing is deployed there. Run \`pulumi up --stack ${stack}\` first.`,
    );
  }
  const outputs = schema.safeParse(answer);
  if (outputs.success) return outputs.data;
  const wrong = outputs.error.issues.map(({ path: keys }) => keys.map(String).join("."));
  throw new VisibleError(
    `Stack "${stack}" lacks these outputs, or has something else in them: ${[...new Set(wrong)].join(", ")}. ` +
      `Another version of the program may have made them: run \`pulumi up --stack ${stack}\` with this one.`,
  );
}

/** An output that not every stack has. @throws VisibleError where this one hasn't. */
export function requiredOutput<Name extends keyof StackOutputs>(
  stack: string,
  outputs: StackOutputs,
  name: Name,
): NonNullable<StackOutputs[Name]> {
  const value = outputs[name];
  if (value !== undefined) return value;
  throw new VisibleError(`Stack "${stack}" has no output "${name}". Run \`pulumi up --stack ${stack}\` and try again.`);
}

async function askEngine(stack: string, options: StackOutputsOptions): Promise<unknown> {
  const { execa } = await import("execa");
  // npm's command, which finds the engine as `npx pulumi` does.
  const pulumi = path.join(path.dirname(require.resolve("pulumi/package.json")), "run.js");
  const secrets = options.secrets === true ? ["--show-secrets"] : [];
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [pulumi, "stack", "output", "--stack", stack, "--json", "--non-interactive", ...secrets],
    {
      ...(options.folder === undefined ? {} : { cwd: options.folder }),
      ...(options.environment === undefined ? {} : { env: options.environment, extendEnv: false }),
      reject: false,
      stdin: "ignore",
    },
  );
  if (exitCode !== 0) throw new VisibleError(explained(stack, stderr));
  try {
    return JSON.parse(stdout) as unknown;
  } catch {
    throw new VisibleError(`The outputs of stack "${stack}" can't be read: the engine's answer is no JSON.`);
  }
}

/** The engine's own words, with what to do about them. Its stderr holds no output of the stack. */
function explained(stack: string, stderr: string): string {
  const said = stderr
    .split("\n")
    .map((line) => line.replace(/^error: /, "").trim())
    .filter((line) => line !== "");
  const reason = said[0] ?? "the engine said nothing";
  if (/no stack named/.test(stderr)) {
    return `There is no stack "${stack}". \`pulumi stack ls\` lists those that there are; a sandbox's are reached with \`mssp sandbox run -- …\`.`;
  }
  if (/incorrect passphrase|passphrase must be set/.test(stderr)) {
    const how = /incorrect/.test(stderr) ? "The passphrase is not that of" : "A passphrase is needed for";
    return `${how} stack "${stack}": set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE.`;
  }
  if (/PULUMI_ACCESS_TOKEN must be set|not logged in/i.test(stderr)) {
    return `Nobody is logged in to a Pulumi backend, so stack "${stack}" can't be read: run \`pulumi login\`.`;
  }
  if (/pass the fully qualified name|no Pulumi\.yaml/i.test(stderr)) {
    return `Stack "${stack}" can't be found from here: run the command in the folder that has Pulumi.yaml (${reason}).`;
  }
  return `The outputs of stack "${stack}" can't be read: ${reason}`;
}

function unlessHidden(value: string | undefined): string | undefined {
  return value === "[secret]" ? undefined : value;
}
