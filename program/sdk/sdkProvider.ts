import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { ConfigureRequest } from "@pulumi/pulumi/proto/provider_pb";
import { missingMember } from "./missingMember";

export interface SdkProviderOptions {
  /** Of the program, whose SDK is used. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Receives what the code prints. */
  readonly print: (text: string) => void;
}

const script = "@pulumi/pulumi/cmd/dynamic-provider";

/**
 * Ends with the process that started it, whose end closes standard input. The SDK's provider wants
 * the engine's address as its argument and never uses it.
 */
const bootstrap = `process.stdin.on("end", () => process.exit(1)).resume();
process.argv.splice(1, 0, process.env.MSSP_SDK_PROVIDER);
require(process.env.MSSP_SDK_PROVIDER);`;

/**
 * The SDK's own provider of dynamic resources in a process of its own, which starts with the first
 * call: it evaluates the text of a resource.
 */
export class SdkProvider {
  #running: Promise<ResourceProviderClient> | undefined;
  #child: ChildProcess | undefined;
  #configuration: ConfigureRequest | undefined;

  constructor(private readonly options: SdkProviderOptions) {}

  /** The configuration of the next calls: the SDK's provider takes one in its life. */
  configure(configuration: ConfigureRequest): void {
    void this.end();
    this.#configuration = configuration;
  }

  /** Passes a call on to the SDK's provider. */
  async call<Response>(method: string, request: object): Promise<Response> {
    const client = await (this.#running ??= this.#start());
    return called<Response>(client, method, request);
  }

  /** Resolves when its process has ended. */
  async end(): Promise<void> {
    void this.#running?.then((client) => client.close()).catch(() => undefined);
    const child = this.#child;
    this.#running = this.#child = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }

  async #start(): Promise<ResourceProviderClient> {
    const { folder, environment, print } = this.options;
    const child = spawn(process.execPath, ["-e", bootstrap, "engine"], {
      cwd: folder,
      env: { ...environment, MSSP_SDK_PROVIDER: providerFile(folder) },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child = child;
    const lines = createInterface({ input: child.stdout });
    const port = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`the SDK's provider of dynamic resources ended with ${code}`)));
    });
    lines.on("line", (line) => print(`${line}\n`));
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
      "grpc.max_send_message_length": -1,
    });
    if (this.#configuration !== undefined) await called(client, "configure", this.#configuration);
    return client;
  }
}

function providerFile(folder: string): string {
  for (const from of [path.join(folder, "index.js"), __filename]) {
    try {
      return createRequire(from).resolve(script);
    } catch {
      continue;
    }
  }
  throw missingMember("cmd/dynamic-provider");
}

function called<Response>(client: ResourceProviderClient, method: string, request: object): Promise<Response> {
  const methods = client as unknown as Record<
    string,
    (request: object, answer: (error: ServiceError | null, response: Response) => void) => void
  >;
  return new Promise((resolve, reject) => {
    methods[method]?.call(client, request, (error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}
