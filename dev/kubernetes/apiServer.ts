/**
 * A Kubernetes API server on this machine, with nothing behind it: it checks objects as a cluster
 * does.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import https from "node:https";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { execa } from "execa";
import type { Binaries } from "./build";

export interface ApiServerAnswer {
  readonly status: number;
  readonly body: string;
}

export interface ApiServer {
  /** A file with which other clients reach it. */
  readonly kubeconfig: string;
  /** Its own certificate and key, for other servers on this machine: files. */
  readonly certificate: string;
  readonly key: string;
  /** Sends a YAML object. */
  send(method: "GET" | "POST" | "PATCH" | "DELETE", route: string, yaml?: string): Promise<ApiServerAnswer>;
  stop(): Promise<void>;
}

const readyWithinSeconds = 120;

export async function startApiServer({ apiServer, etcd }: Binaries): Promise<ApiServer> {
  const folder = await mkdtemp(path.join(tmpdir(), "mssp-kubernetes-"));
  const [client, peer, secure] = [await freePort(), await freePort(), await freePort()];
  const token = randomUUID();
  await writeFile(path.join(folder, "tokens.csv"), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const key = path.join(folder, "accounts.pem");
  await writeFile(key, privateKey, { mode: 0o600 });
  const options = { cwd: folder, reject: false, stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  const at = (port: number) => `http://127.0.0.1:${port}`;
  const store = execa(
    etcd,
    [
      ...["--data-dir", path.join(folder, "etcd")],
      ...["--listen-client-urls", at(client), "--advertise-client-urls", at(client)],
      ...["--listen-peer-urls", at(peer), "--initial-advertise-peer-urls", at(peer)],
      ...["--initial-cluster", `default=${at(peer)}`],
    ],
    options,
  );
  const server = execa(
    apiServer,
    [
      `--etcd-servers=${at(client)}`,
      `--secure-port=${secure}`,
      "--bind-address=127.0.0.1",
      `--cert-dir=${path.join(folder, "certificates")}`,
      `--token-auth-file=${path.join(folder, "tokens.csv")}`,
      "--authorization-mode=RBAC",
      "--service-cluster-ip-range=10.0.0.0/24",
      "--service-account-issuer=https://kubernetes.invalid",
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
    ],
    options,
  );
  const send: ApiServer["send"] = async (method, route, yaml) => {
    const ca = await readFile(path.join(folder, "certificates", "apiserver.crt"));
    return call({ ca, secure, token }, method, route, yaml);
  };
  const stop = async () => {
    for (const running of [server, store]) {
      running.kill("SIGTERM");
      await running;
    }
    await rm(folder, { recursive: true, force: true });
  };
  for (let second = 0; second < readyWithinSeconds; second++) {
    const ready = await send("GET", "/readyz").catch(() => undefined);
    if (ready?.status === 200) {
      const of = (ending: string) => path.join(folder, "certificates", `apiserver.${ending}`);
      const kubeconfig = await writeKubeconfig(folder, secure, token);
      return { kubeconfig, certificate: of("crt"), key: of("key"), send, stop };
    }
    await wait(1000);
  }
  await stop();
  throw new Error(`the API server was not ready within ${readyWithinSeconds} seconds`);
}

function call(
  { ca, secure, token }: { readonly ca: Buffer; readonly secure: number; readonly token: string },
  method: string,
  route: string,
  yaml?: string,
): Promise<ApiServerAnswer> {
  const type = method === "PATCH" ? "application/apply-patch+yaml" : "application/yaml";
  return new Promise((resolve, reject) => {
    const request = https.request(
      {
        host: "127.0.0.1",
        port: secure,
        path: route,
        method,
        ca,
        headers: { authorization: `Bearer ${token}`, "content-type": type, accept: "application/json" },
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (text: string) => (body += text));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    request.on("error", reject);
    request.end(yaml);
  });
}

async function writeKubeconfig(folder: string, port: number, token: string): Promise<string> {
  const file = path.join(folder, "kubeconfig");
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    "certificate-authority": path.join(folder, "certificates", "apiserver.crt"),
  };
  const content = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "tried",
    clusters: [{ name: "tried", cluster }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "tried", context: { cluster: "tried", user: "admin" } }],
  };
  await writeFile(file, JSON.stringify(content), { mode: 0o600 });
  return file;
}

export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
