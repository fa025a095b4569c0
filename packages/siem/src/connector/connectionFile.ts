/**
 * The connection file: what a machine without the project, the engine and the state needs to read a
 * customer's alerts. It says where the connector's credential is, and never contains it.
 */
import { open, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { parsedJson } from "@defender-mssp/errors/json";
import {
  alertApis,
  connectorActions,
  connectorKinds,
  connectorProfiles,
  credentialTypes,
  isLoopback,
  portalUrl,
  secretAddress,
} from "@defender-mssp/microsoft";
import { fileProblem, isForeign, othersMay, VisibleError } from "@defender-mssp/errors";
import type { Connector, CredentialPlace } from "./connector";
import { isStackName } from "./stackName";

/** Version of the file's schema. */
export const connectionVersion = 1;

/** A connection is far smaller. The bound is for a name such as `/dev/zero`. */
const mostBytes = 64 * 1024;

const tenantOrClient = z.guid("expected an ID such as 00000000-0000-0000-0000-000000000000");
const redirectUri = z.url({ protocol: /^https?$/ });
const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** `https://<vault>.vault.azure.net/secrets/<name>`, without a version: after a rotation it is the new secret. */
const secretUri = z
  .string()
  .refine(
    (text) => secretAddress(text) !== undefined,
    "expected a Key Vault secret URI without a version, such as https://<vault>.vault.azure.net/secrets/<name>",
  );

const placeSchema: z.ZodType<CredentialPlace, CredentialPlace> = z.union([
  z.strictObject({ keyVaultSecret: secretUri }),
  z.strictObject({
    file: z.string().refine((text) => text !== "" && !/[\0\r\n]/.test(text), "expected the path of a file"),
  }),
  z.strictObject({
    fileVariable: z
      .string()
      .regex(variableName, "expected the name of an environment variable, such as MSSP_CLIENT_SECRET_FILE"),
  }),
]);

const schema = z.strictObject({
  msspConnection: z.literal(connectionVersion),
  /** Name of the stack that the file was written from. */
  stack: z.string().refine((text) => text.split("/").every(isStackName), "expected a stack's name"),
  tenantId: tenantOrClient,
  clientId: tenantOrClient,
  cloud: z.enum(["public", "gcc", "gccHigh", "dod"]),
  /** Only on the sandbox. */
  endpoints: z
    .strictObject({ metadataHost: z.string().refine(isThisMachine, "expected the sandbox's host on this machine") })
    .optional(),
  connector: z.strictObject({
    kind: z.enum(connectorKinds),
    alertApis: z.array(z.enum(alertApis)),
    credential: z.enum(credentialTypes),
    redirectUri: redirectUri.optional(),
    loopbackRedirectUri: redirectUri.optional(),
    /** What the connector may do, when the file was written. */
    profile: z.enum(connectorProfiles).default("read"),
    incidents: z.boolean().optional(),
    actions: z.array(z.enum(connectorActions)).optional(),
    approvedBy: z.string().optional(),
    writesEndOn: z.string().optional(),
  }),
  credentialPlace: placeSchema,
});

/** The content of a connection file. */
export type ConnectionContent = z.input<typeof schema>;

/**
 * Reads a connection file.
 * @throws VisibleError for a file that can't be read, that others may change, that is of another
 * version, or that contains anything but a connection, such as a secret.
 */
export async function readConnection(file: string): Promise<Connector> {
  const { stack, tenantId, clientId, cloud, endpoints, connector, credentialPlace } = contentOf(
    file,
    await textOf(file),
  );
  return {
    stack,
    tenantId,
    clientId,
    cloud,
    portalUrl: portalUrl(cloud, tenantId),
    ...connector,
    connection: { file, credentialPlace, ...endpoints },
  };
}

/**
 * The text of a connection file.
 * @throws VisibleError where the connector's values can't be those of a connection.
 */
export function connectionText(content: ConnectionContent): string {
  const text = `${JSON.stringify(content, undefined, 2)}\n`;
  contentOf("The connection", text);
  return text;
}

/** Whether a host with a port, such as `127.0.0.1:8443`, is this machine: only the sandbox is. */
export function isThisMachine(host: string): boolean {
  const url = `https://${host}`;
  return URL.canParse(url) && new URL(url).host === host && isLoopback(new URL(url).hostname);
}

async function textOf(file: string): Promise<string> {
  try {
    const handle = await open(file, "r");
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw new Error("it is not a regular file");
      if (found.size > mostBytes) throw new Error(`it has more than ${mostBytes} bytes`);
      // Who may write it decides which tenant's credential goes where.
      if (othersMay(0o022, found, file)) throw new Error(`other users may change it. Correct that: chmod go-w ${file}`);
      if (isForeign(found)) throw new Error(`its owner is another user (ID ${found.uid}), not this one and not root`);
      await requireOwnFolder(path.dirname(file));
      return await handle.readFile("utf8");
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new VisibleError(`The connection file ${file} can't be used: ${fileProblem(error)}.`, { cause: error });
  }
}

/** Who may write a folder can replace the files in it; in a sticky one, such as a mounted secret's, only their owner. */
async function requireOwnFolder(folder: string): Promise<void> {
  const found = await stat(folder);
  const isSticky = (found.mode & 0o1000) !== 0;
  if (!isSticky && othersMay(0o022, found, folder))
    throw new Error(`other users may replace it in its folder. Correct that: chmod go-w ${folder}`);
  if (isForeign(found))
    throw new Error(`the owner of its folder is another user (ID ${found.uid}), not this one and not root`);
}

function contentOf(file: string, text: string): z.output<typeof schema> {
  const value = parsedJson(text);
  const refuse = (reason: string): VisibleError =>
    new VisibleError(`${file} is not a usable connection file: ${reason}`);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refuse("it is not a JSON object. Write it with `npx mssp connection`.");
  }
  const { msspConnection: version } = value as { msspConnection?: unknown };
  if (typeof version === "number" && version !== connectionVersion) {
    throw refuse(
      `its version (msspConnection) is ${version}, and this release reads version ${connectionVersion}. ` +
        "Install the release that has written it, or write the file again with this one.",
    );
  }
  const secret = secretIn(value);
  if (secret !== undefined) {
    throw refuse(
      `${secret} looks like a secret, which such a file never contains. Delete the file, renew the credential, and ` +
        "write the file again with `npx mssp connection`.",
    );
  }
  const content = schema.safeParse(value);
  if (content.success) return content.data;
  throw refuse(`${problemOf(content.error)}. Write it again with \`npx mssp connection\`.`);
}

/** Names the key, never its value. */
function problemOf({ issues }: z.ZodError): string {
  return issues
    .map((issue) => {
      const place = issue.path.map(String).join(".");
      if (issue.code === "unrecognized_keys") {
        const keys = issue.keys.map((key) => JSON.stringify(key.slice(0, 40))).join(", ");
        return `unknown key ${keys}${place === "" ? "" : ` in ${place}`}`;
      }
      if (issue.code === "invalid_union") {
        return `${place}: expected one of keyVaultSecret, file, fileVariable, with a valid value`;
      }
      return `${place || "the file"}: ${issue.message}`;
    })
    .join("; ");
}

/** The key of the first value that may be a secret. */
function secretIn(value: object, above = ""): string | undefined {
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    const place = above === "" ? key : `${above}.${key}`;
    if (typeof inner === "object" && inner !== null) {
      const found = secretIn(inner, place);
      if (found !== undefined) return found;
    }
    if (typeof inner !== "string" || inner === "") continue;
    const isNamedSo = /(secret|password|token|privatekey)$/i.test(key) && key !== "keyVaultSecret";
    if (isNamedSo || /-----BEGIN |^eyJ[\w-]+\.[\w-]+\./.test(inner)) return place.slice(0, 80);
  }
  return undefined;
}
