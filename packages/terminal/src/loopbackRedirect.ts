/**
 * The end of a sign-in on this machine: a server that the browser is redirected to. Every local
 * process and every page in the browser can call it, so only a request with the state of this
 * sign-in ends it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { VisibleError } from "@defender-mssp/errors";

/** Waits for the browser at a redirect URI on this machine. */
export class LoopbackRedirect {
  private constructor(
    private readonly server: Server,
    private readonly redirectUri: URL,
  ) {}

  /** @throws VisibleError when the port is in use, or the redirect URI is not on this machine. */
  static async listen(redirectUri: string): Promise<LoopbackRedirect> {
    const target = new URL(redirectUri);
    if (target.protocol !== "http:" || !["localhost", "127.0.0.1"].includes(target.hostname)) {
      throw new VisibleError(`The loopback redirect URI ${redirectUri} is not an http address of this machine.`);
    }
    const server = createServer().listen(Number(target.port || "80"), target.hostname);
    try {
      await once(server, "listening");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const why = code === "EADDRINUSE" ? "is in use by another program" : `can't be opened (${code ?? "unknown"})`;
      throw new VisibleError(`Port ${target.port} of the redirect URI ${redirectUri} ${why}. Free it, or use --paste.`);
    }
    return new LoopbackRedirect(server, target);
  }

  /**
   * The address that the browser is redirected to, with Entra's answer in it. Requests that are not
   * the answer to this sign-in get an error page, and the wait continues.
   * @param state the state of this sign-in.
   * @throws VisibleError when nobody signs in within that time, in seconds.
   */
  async receive(state: string, timeoutSeconds: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new VisibleError(`Nobody signed in within ${timeoutSeconds / 60} minutes. Run the command again.`));
      }, timeoutSeconds * 1000);
      this.server.on("request", (request: IncomingMessage, response: ServerResponse) => {
        const address = this.#answerIn(request, state);
        if (typeof address === "number") {
          show(response, address, problems[address]);
          return;
        }
        const isRefused = address.searchParams.has("error");
        show(response, 200, isRefused ? pages.refused : pages.received);
        clearTimeout(timer);
        resolve(address.href);
      });
    });
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** The address that answers this sign-in, or the status that says why the request doesn't. */
  #answerIn({ method, url = "", headers }: IncomingMessage, state: string): URL | Problem {
    // A name that leads here by DNS rebinding is another host.
    if (headers.host !== this.redirectUri.host) return 421;
    // "//" would begin the name of another host.
    if (method !== "GET" || !/^\/(?!\/)/.test(url) || !URL.canParse(url, this.redirectUri.href)) return 404;
    const address = new URL(url, this.redirectUri);
    if (address.pathname !== this.redirectUri.pathname || address.search === "") return 404;
    return address.searchParams.get("state") === state ? address : 400;
  }
}

type Problem = keyof typeof problems;

const problems = {
  400: "This address belongs to another sign-in. The sign-in in the terminal is still waiting.",
  404: "Nothing was found at this address.",
  421: "This address belongs to another host.",
} as const;

const pages = {
  received: "The answer was received. The terminal shows whether the sign-in succeeded. You can close this window.",
  refused: "The sign-in was refused. The terminal shows the reason. You can close this window.",
} as const;

/** The page contains no part of the request. */
function show(response: ServerResponse, status: number, text: string): void {
  const page = `<!DOCTYPE html>
<html lang="en"><head><title>Sign-in</title></head><body><p>${text}</p></body></html>
`;
  response
    .writeHead(status, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'",
      "x-content-type-options": "nosniff",
      connection: "close",
    })
    .end(page);
}

/** A port of this machine that nobody uses: Entra ignores the port of a public client's redirect URI on localhost. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
