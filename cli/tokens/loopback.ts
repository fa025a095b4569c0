/** The end of a sign-in on this machine: a server that the browser is sent to, and that answers it once. */
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { VisibleError } from "@defender-mssp/microsoft/errors";

const page = `<!DOCTYPE html>
<html lang="en"><head><title>Signed in</title></head><body><p>Done. You can close this window.</p></body></html>
`;

/** Waits for the browser at a redirect URI on this machine. */
export class LoopbackRedirect {
  private constructor(
    private readonly server: Server,
    private readonly redirectUri: URL,
  ) {}

  /** @throws VisibleError where the port is in use, or the redirect URI is not this machine's. */
  static async listen(redirectUri: string): Promise<LoopbackRedirect> {
    const target = new URL(redirectUri);
    if (target.protocol !== "http:" || !["localhost", "127.0.0.1"].includes(target.hostname)) {
      throw new VisibleError(`The loopback redirect URI ${redirectUri} is not http on this machine.`);
    }
    const server = createServer().listen(Number(target.port || "80"), target.hostname);
    try {
      await once(server, "listening");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const why =
        code === "EADDRINUSE" ? "is in use by another program" : `can't be listened on (${code ?? "unknown"})`;
      throw new VisibleError(`Port ${target.port} of the redirect URI ${redirectUri} ${why}. Free it, or use --paste.`);
    }
    return new LoopbackRedirect(server, target);
  }

  /** The address that the browser came to, and an answer to it. Whatever else is asked for here is not found. */
  async receive(timeoutSeconds: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new VisibleError(`Nobody has signed in within ${timeoutSeconds / 60} minutes. Start again.`));
      }, timeoutSeconds * 1000);
      this.server.on("request", (request, response) => {
        const address = new URL(request.url ?? "/", this.redirectUri);
        if (request.method !== "GET" || address.pathname !== this.redirectUri.pathname || address.search === "") {
          response.writeHead(404).end();
          return;
        }
        response.writeHead(200, { "content-type": "text/html; charset=utf-8", connection: "close" }).end(page);
        clearTimeout(timer);
        resolve(address.href);
      });
    });
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
