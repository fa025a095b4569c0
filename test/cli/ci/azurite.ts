/** Azurite, Microsoft's own emulator of Azure Storage, from npm: a real blob server on this machine. */
import { spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";

/** The newest one that runs on Node 20. It is no dependency of this project: 190 MB that nothing else needs. */
const version = "3.35.0";
const account = "msspstate";

export interface BlobServer {
  /** Pulumi's URL of the container `state`. */
  readonly backendUrl: string;
  /**
   * A shared access signature with these permissions on every container and blob: `r` read, `l` list, `w` write, ...
   */
  readonly signature: (permissions: string) => string;
  /** A request for a blob of the container, with those permissions. */
  request(method: string, blob: string, permissions: string): Promise<Response>;
  stop(): Promise<void>;
}

/** @returns undefined where npm's registry can't be reached. */
export async function startAzurite(): Promise<BlobServer | undefined> {
  const folder = newFolder();
  const install = ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", `azurite@${version}`];
  const { exitCode } = await execa("npm", install, { reject: false, stdin: "ignore" });
  if (exitCode !== 0) {
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }
  const key = randomBytes(64);
  const port = await freePort();
  const main = path.join(folder, "node_modules", "azurite", "dist", "src", "blob", "main.js");
  const server = spawn(
    process.execPath,
    [main, "--silent", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--blobPort", `${port}`],
    { stdio: "ignore", env: { ...process.env, AZURITE_ACCOUNTS: `${account}:${key.toString("base64")}` } },
  );
  const origin = `http://127.0.0.1:${port}`;
  const signature = (permissions: string) => accountSignature(key, permissions);
  await listening(`${origin}/`);
  const made = await fetch(`${origin}/${account}/state?restype=container&${signature("rwlc")}`, { method: "PUT" });
  if (!made.ok) throw new Error(`Azurite made no container: ${made.status} ${await made.text()}`);
  return {
    backendUrl: `azblob://state?storage_account=${account}&protocol=http&domain=127.0.0.1:${port}&localemu=true`,
    signature,
    request: (method, blob, permissions) =>
      fetch(`${origin}/${account}/state${blob}?${signature(permissions)}`, {
        method,
        headers: { "x-ms-blob-type": "BlockBlob", "x-ms-version": "2021-08-06" },
        ...(method === "PUT" ? { body: "x" } : {}),
      }),
    stop: async () => {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill();
      await ended;
    },
  };
}

/**
 * Microsoft, "Create an account SAS", version 2021-08-06: services, resource types and permissions,
 * signed with the account's key.
 */
function accountSignature(key: Buffer, permissions: string): string {
  const [serviceVersion, expiry, protocol] = ["2021-08-06", "2099-01-01T00:00:00Z", "http,https"];
  const signed = [account, permissions, "b", "sco", "", expiry, "", protocol, serviceVersion, "", ""].join("\n");
  return new URLSearchParams({
    sv: serviceVersion,
    ss: "b",
    srt: "sco",
    sp: permissions,
    se: expiry,
    spr: protocol,
    sig: createHmac("sha256", key).update(signed, "utf8").digest("base64"),
  }).toString();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(url: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const isThere = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Azurite doesn't listen");
}
