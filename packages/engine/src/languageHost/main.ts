/**
 * The Node language host: the process that the Pulumi engine starts to run TypeScript and
 * JavaScript programs, policy packs and component plugins. It speaks `pulumirpc.LanguageRuntime`,
 * prints its port as the first line on stdout and lives until the engine interrupts it or
 * disappears.
 *
 * The official host of this name is a Go program of its own module, which the Go module proxy does
 * not serve; it comes with Pulumi's official download only. This one takes its place in an engine
 * that was built on this machine. Arguments, messages and exit codes are the official one's:
 * https://github.com/pulumi/pulumi/tree/master/sdk/nodejs
 *
 * It is bundled into one file and put beside the engine (see ../languageHostFiles.ts): nothing in
 * here may depend on a file of this checkout.
 */
import fs from "node:fs";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { endChildren } from "./child";
import { watchEngine } from "./engineWatch";
import { languageRuntime } from "./languageRuntime";
import { hostVersion } from "./version";

/** Pulumi's own limit for a gRPC message: states and schemas can be large. */
const maximumMessageBytes = 400 * 1024 * 1024;

/** How long a shutdown waits for calls under way; the engine itself kills after 5 s. */
const shutdownMilliseconds = 4_000;

interface Arguments {
  engineAddress: string;
  tracing: string;
  version: boolean;
}

main().catch((error: unknown) => {
  process.stderr.write(`pulumi-language-nodejs: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(255);
});

async function main(): Promise<void> {
  restoreNodeOptions();
  const { engineAddress, tracing, version } = parseArguments(process.argv.slice(2));
  if (version) {
    process.stdout.write(`${hostVersion}\n`);
    return;
  }

  const server = new grpc.Server({
    "grpc.max_receive_message_length": maximumMessageBytes,
    "grpc.max_send_message_length": maximumMessageBytes,
  });
  const cancelled = new AbortController();
  const calls = new Set<Promise<void>>();
  const shutdown = once(() => {
    cancelled.abort();
    // Not the server's own graceful shutdown: it never ends where the engine is closing its
    // connection just then.
    void Promise.allSettled(calls).then(() => setImmediate(() => process.exit(0)));
    setTimeout(() => {
      const count = `${calls.size} ${calls.size === 1 ? "call" : "calls"}`;
      process.stderr.write(`pulumi-language-nodejs: ${count} still under way after ${shutdownMilliseconds / 1000} s\n`);
      process.exit(0);
    }, shutdownMilliseconds);
  });
  process.on("SIGINT", shutdown);
  process.on("SIGTERM", shutdown);
  process.on("exit", endChildren);

  server.addService(
    LanguageRuntimeService,
    languageRuntime({
      engineAddress,
      tracing,
      cancelled,
      calls,
      onHandshake: (address) => watchEngine(address, shutdown),
    }),
  );
  const port = await listen(server);
  if (engineAddress !== "") watchEngine(engineAddress, shutdown);
  // Written straight to the descriptor: opening process.stdout would make the pipe non-blocking for
  // the programs that inherit it.
  fs.writeSync(1, `${port}\n`);
}

/** The engine passes Go-style flags (`--name value`, `-name=value`) and then its address. */
function parseArguments(args: string[]): Arguments {
  const parsed: Arguments = { engineAddress: "", tracing: "", version: false };
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const flag = /^--?([^=]+)(?:=(.*))?$/s.exec(arg);
    if (flag === null) {
      parsed.engineAddress = arg;
      break;
    }
    const [, name, inlineValue] = flag;
    if (name === "version") parsed.version = true;
    else if (name === "tracing") parsed.tracing = inlineValue ?? rest.shift() ?? "";
    else if (name === "runtime") {
      const runtime = inlineValue ?? rest.shift() ?? "";
      if (runtime !== "nodejs") throw new Error(`unsupported runtime: ${runtime}`);
    } else if (name === "v" || name === "root") {
      if (inlineValue === undefined) rest.shift();
    }
    // What is left are the switches of Go's logging (--logtostderr, --logflow), which mean nothing
    // here.
  }
  return parsed;
}

/**
 * NODE_OPTIONS is meant for the program (`--inspect`, `--require`…), not for this process: the
 * launcher hides it under another name, and here it gets its own name back so that the programs
 * inherit it.
 */
function restoreNodeOptions(): void {
  const hidden = process.env["PULUMI_LANGUAGE_NODEJS_NODE_OPTIONS"];
  delete process.env["PULUMI_LANGUAGE_NODEJS_NODE_OPTIONS"];
  if (hidden !== undefined && hidden !== "") process.env["NODE_OPTIONS"] = hidden;
}

function listen(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(new Error(`could not start language host RPC server: ${error.message}`));
    });
  });
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
