/**
 * The kept refresh token of a connection file's connector: its record is in the user's state
 * folder, by tenant and client ID.
 */
import { mkdir, readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { parsedJson } from "@defender-mssp/errors/json";
import { unreadableFile, VisibleError } from "@defender-mssp/errors";
import type { Environment } from "@defender-mssp/microsoft";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import type { Connector } from "./connector";
import { shownConnector } from "./shownConnector";
import {
  expiryOf,
  keepElsewhere,
  placeOf,
  placeText,
  readElsewhere,
  type KeptToken,
  type PlaceElsewhere,
  type TokenPlace,
  type TokenRecord,
} from "./refreshToken";

const recordSchema = z.strictObject({ version: z.literal(1), issuedOn: z.iso.datetime(), keptIn: z.string() });

/** The kept refresh token of a connector. Stacks keep theirs in their configuration instead. */
export function keptBesideConnections(connector: Connector, environment: Environment): KeptToken {
  const { stack, tenantId, clientId } = connector;
  const folder = path.join(stateFolder(environment), "refresh-tokens");
  const name = `${tenantId}_${clientId}`.toLowerCase();
  const file = path.join(folder, `${name}.json`);
  const isElsewhere = (place: TokenPlace): place is PlaceElsewhere => place.kind !== "configuration";
  return {
    record: () => readRecord(file),
    read: async ({ place }) => {
      if (!isElsewhere(place)) throw damaged(file);
      return readElsewhere(place, { owner: shownConnector(connector), credentials: environment });
    },
    keep: async (token, place, issuedOn, say) => {
      if (!isElsewhere(place)) throw new Error("a connection file has no configuration");
      const record = { place, issuedOn, expiresOn: expiryOf(issuedOn) };
      await makeFolder(folder);
      await keepElsewhere(place, token, record, { stack, credentials: environment, say });
      const text = { version: 1, issuedOn: issuedOn.toISOString(), keptIn: placeText(place) };
      await writeWholeFile(file, `${JSON.stringify(text, undefined, 2)}\n`, { mode: 0o600 });
      return record;
    },
    defaultPlace: async () => {
      await makeFolder(folder);
      return { kind: "file", file: path.join(folder, `${name}.token`) };
    },
  };
}

/**
 * Where this user's commands keep what outlives them: the service's StateDirectory under systemd,
 * else by the XDG Base Directory Specification.
 */
function stateFolder(environment: Environment): string {
  const [service] = (environment["STATE_DIRECTORY"] ?? "").split(":");
  if (service) return service;
  const state = environment["XDG_STATE_HOME"] ?? "";
  return path.join(path.isAbsolute(state) ? state : path.join(os.homedir(), ".local", "state"), "defender-mssp");
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new VisibleError(
      `The folder for refresh tokens can't be made: ${(error as Error).message}. ` +
        "Set XDG_STATE_HOME to a folder that this user may write.",
      { cause: error },
    );
  }
}

async function readRecord(file: string): Promise<TokenRecord | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw unreadableFile("The record of the refresh token", error);
  }
  const content = recordSchema.safeParse(parsedJson(text));
  const place = placeOf(content.data?.keptIn);
  if (!content.success || place === undefined) throw damaged(file);
  const issuedOn = new Date(content.data.issuedOn);
  return { place, issuedOn, expiresOn: expiryOf(issuedOn) };
}

function damaged(file: string): VisibleError {
  return new VisibleError(
    `${file} is not a record of a refresh token. Delete it, and get a new token with the command \`token\`.`,
  );
}
