/** A proxy to a running sandbox, with the environment of its clients. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import type { SandboxEnvironment } from "../cloud/sandboxEnvironment";
import { startConnectProxy, type ConnectProxy } from "./connectProxy";
import { pipelineCredentials, proxyEnvironment } from "./proxyEnvironment";

export interface ProxyOptions {
  /** Sets the variables that name a tenant. */
  readonly tenantId?: string;
  /** The user's environment. */
  readonly user: NodeJS.ProcessEnv;
}

export interface OpenProxy extends Pick<ConnectProxy, "port" | "refusedHosts" | "unknownRequests"> {
  readonly environment: SandboxEnvironment;
  /** Ends the proxy and its connections, and deletes the file of its certificate. */
  stop(): Promise<void>;
}

/** The running sandbox. */
export interface ProxiedSandbox {
  readonly httpsPort: number;
  /** PEM. */
  readonly certificate: string;
  readonly clientSecret: string;
}

/** Throws `VisibleError` in a pipeline's job that has the credential of a real tenant. */
export async function openProxy(sandbox: ProxiedSandbox, { tenantId, user }: ProxyOptions): Promise<OpenProxy> {
  const [credential] = pipelineCredentials(user, sandbox.clientSecret);
  if (credential !== undefined) {
    throw new VisibleError(
      `${credential} is set in this pipeline: the command could be meant for a real tenant. ` +
        "Run the proxy in a job without credentials of a real tenant.",
    );
  }
  const proxy = await startConnectProxy({ sandbox: { port: sandbox.httpsPort, certificate: sandbox.certificate } });
  const folder = await mkdtemp(path.join(tmpdir(), "mssp-proxy-"));
  const authorityFile = path.join(folder, "authority.pem");
  await writeFile(authorityFile, proxy.authority, { mode: 0o600 });
  const access = { proxy, authorityFile, clientSecret: sandbox.clientSecret };
  return {
    port: proxy.port,
    refusedHosts: proxy.refusedHosts,
    unknownRequests: proxy.unknownRequests,
    environment: proxyEnvironment(tenantId === undefined ? access : { ...access, tenantId }, user),
    stop: async () => {
      await proxy.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
