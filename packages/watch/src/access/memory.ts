/** What earlier looks saw: identities of the MSSP, which later can have gone, and log entries that were explained. */
import { isRecord, optionalText, parsedJson, recordOf, recordsOf, textOf, textsOf } from "@defender-mssp/errors/json";
import { VisibleError } from "@defender-mssp/errors";
import { textIfThere, writeWholeFile } from "@defender-mssp/terminal/wholeFile";

/** An identity of the MSSP that a look saw. */
export interface SeenIdentity {
  /** Object ID. */
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  /** Application (client) ID, of a service principal. */
  readonly appId?: string | undefined;
}

export interface Memory {
  readonly format: 1;
  readonly tenantId: string;
  readonly msspTenantIds: readonly string[];
  readonly identities: readonly SeenIdentity[];
  /** ISO 8601, UTC, of the last look. */
  readonly lookedOn?: string | undefined;
  /** IDs of log entries that were shown, with their moments. */
  readonly shown: Readonly<Record<string, string>>;
  /** By log: up to where it was read. ISO 8601, UTC. */
  readonly readUntil: Readonly<Record<string, string>>;
}

/** @throws VisibleError for a file of something else, or of another tenant or MSSP */
export async function readMemory(file: string, tenantId: string, msspTenantIds: readonly string[]): Promise<Memory> {
  const text = await textIfThere(file);
  const empty: Memory = { format: 1, tenantId, msspTenantIds, identities: [], shown: {}, readUntil: {} };
  if (text === undefined) return empty;
  const record = parsedJson(text);
  if (!isRecord(record) || record["format"] !== 1 || record["kind"] !== "mssp-watch")
    throw new VisibleError(`${file} is no memory of this program. Name another file with --memory.`);
  const tenants = textsOf(record["msspTenantIds"]);
  if (record["tenantId"] !== tenantId || !msspTenantIds.some((id) => tenants.includes(id)))
    throw new VisibleError(
      `${file} is about tenant ${textOf(record["tenantId"])} and the MSSP ${tenants.join(", ")}. Use a file for each: --memory.`,
    );
  const texts = (value: unknown) =>
    Object.fromEntries(Object.entries(recordOf(value)).map(([key, each]) => [key, textOf(each)]));
  return {
    ...empty,
    msspTenantIds: [...new Set([...tenants, ...msspTenantIds])],
    identities: recordsOf(record["identities"]).map(({ id, kind, name, appId }) => ({
      id: textOf(id),
      kind: textOf(kind),
      name: textOf(name),
      appId: optionalText(appId),
    })),
    lookedOn: textOf(record["lookedOn"]) || undefined,
    shown: texts(record["shown"]),
    readUntil: texts(record["readUntil"]),
  };
}

export async function writeMemory(file: string, memory: Memory): Promise<void> {
  await writeWholeFile(file, `${JSON.stringify({ kind: "mssp-watch", ...memory }, undefined, 2)}\n`, { mode: 0o600 });
}
