/**
 * Reads a stack's outputs with `pulumi stack output --json`, for all commands. They come through a
 * pipe: a secret is never an argument, a file or a line of text on the way.
 */
import { z } from "zod";
import {
  alertApis,
  connectorActions,
  connectorKinds,
  connectorProfiles,
  credentialTypes,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { PrintedOutputs, ProgramOutputs } from "../../domain/programOutputs";
import type { Place } from "../base/place";
import { NoConnectorYet } from "@defender-mssp/siem/connector/connectorSource";
import { runPulumi } from "./pulumi";
import { refuseOtherTenant } from "./refuseOtherTenant";

const text = z.string().min(1);
/**
 * Without `secrets` the engine prints `[secret]` in place of a secret: such an output counts as
 * absent.
 */
const secretText = text.nullish().transform(unlessHidden);
const secretMap = z.union([z.string(), z.record(z.string(), z.string())]).optional();

const shape = {
  tenantId: text,
  cloud: z.enum(["public", "gcc", "gccHigh", "dod"]),
  portalUrl: text.optional(),
  legacyPortalUrl: text.optional(),
  /** Application (client) ID of the connector. */
  clientId: text,
  /** Secret. Only where `connector.credential` is "secret"; null for an adopted secret, whose value is unknown. */
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
  /** Name → who configured it: a server (`configured`) or a person (`manual`). */
  notificationRules: z.record(z.string(), z.enum(["configured", "manual"])).optional(),
  /** Tier → My Access link. */
  accessPackages: z.record(z.string(), z.string()).optional(),
  adminConsentUrl: text.optional(),
  /** `ConnectorDescription` says what each is. */
  connector: z.object({
    kind: z.enum(connectorKinds),
    credential: z.enum(credentialTypes),
    consent: z.literal("administrator").optional(),
    alertApis: z.array(z.enum(alertApis)),
    profile: z.enum(connectorProfiles),
    incidents: z.boolean().optional(),
    actions: z.array(z.enum(connectorActions)).optional(),
    writesEndOn: text.optional(),
    approvedBy: text.optional(),
    credentialExpiresOn: text.optional(),
    renewsOn: text.optional(),
    overlapEndsOn: text.optional(),
  }),
  /** Where the client secret is in the MSSP's Key Vault. */
  handover: z.object({ secretUri: text }).optional(),
  nextSteps: z.array(z.string()).default([]),
  /** No command reads it. */
  azureDelegation: z.custom<object>().optional(),
  /** No command reads it. */
  sentinelAccess: z.custom<object>().optional(),
} satisfies Record<keyof ProgramOutputs, z.ZodType>;
const schema = z.object(shape);

/** The stack exists, or did, and has no resources. */
export class NothingDeployed extends NoConnectorYet {}

/** The outputs of a stack, as `index.ts` makes them. */
export type StackOutputs = z.infer<typeof schema>;

export interface StackOutputsOptions extends Place {
  /** Include secrets. Default: false: secrets are absent. */
  readonly secrets?: boolean;
}

/**
 * Reads the outputs of a stack.
 * @throws NothingDeployed, OtherTenantError, or VisibleError where the stack does not exist, its outputs are of
 * another version, or the engine can't read it (passphrase, login).
 */
export async function readStackOutputs(stack: string, options: StackOutputsOptions): Promise<StackOutputs> {
  return parseStackOutputs(stack, await readPrintedOutputs(stack, options));
}

/**
 * Checks the outputs of a stack.
 * @param answer as the engine prints them, or as a state has them.
 * @throws NothingDeployed where there is none, or VisibleError where they are of another version.
 */
export function parseStackOutputs(stack: string, answer: Readonly<Record<string, unknown>>): StackOutputs {
  if (Object.keys(answer).length === 0) {
    throw new NothingDeployed(
      `Stack "${stack}" has no outputs: nothing is deployed there. Run \`npx pulumi up --stack ${stack}\` first.`,
    );
  }
  // Compiles while the schema takes what this version writes; another version may have written it.
  const printed: z.input<typeof schema> = answer as PrintedOutputs;
  const outputs = schema.safeParse(printed);
  if (outputs.success) return outputs.data;
  const wrong = outputs.error.issues.map(({ path: keys }) => keys.map(String).join("."));
  throw new VisibleError(
    `Stack "${stack}" lacks these outputs or has invalid values in them: ${[...new Set(wrong)].join(", ")}. ` +
      `Another version of the program may have written them: run \`npx pulumi up --stack ${stack}\` with this version.`,
  );
}

/**
 * Reads the outputs of a stack as the engine prints them; empty where nothing is deployed.
 * @throws OtherTenantError, or VisibleError where the engine can't read them.
 */
export async function readPrintedOutputs(
  stack: string,
  { secrets, ...options }: StackOutputsOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const shown = secrets === true ? ["--show-secrets"] : [];
  const outputs = parsedOutputs(
    stack,
    await runPulumi(["stack", "output", "--stack", stack, "--json", ...shown], options),
  );
  const { tenantId } = outputs;
  await refuseOtherTenant(stack, typeof tenantId === "string" ? [tenantId.toLowerCase()] : [], options.folder);
  return outputs;
}

function parsedOutputs(stack: string, printed: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(printed) ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    throw new VisibleError(`Can't read the outputs of stack "${stack}": the engine's answer is not JSON.`);
  }
}

function unlessHidden(value: string | null | undefined): string | undefined {
  return value === "[secret]" ? undefined : (value ?? undefined);
}
