import type { ServerWritableStream } from "@grpc/grpc-js";
import { RunPluginResponse, type RunPluginRequest } from "@pulumi/pulumi/proto/language_pb";
import { endOf, locateModule, nodeExecutable, startChild } from "./child";
import { announceDebugger, debuggerArguments } from "./debugger";
import { parseRuntimeOptions, typeScriptEnvironment } from "./options";
import { forward } from "./streams";

type Call = ServerWritableStream<RunPluginRequest, RunPluginResponse>;

/**
 * Runs a plugin that is written in TypeScript or JavaScript: a policy pack (`analyzer`), a
 * component provider (`resource`), or another. Streams its output, of which the first line is its
 * port. Throws where it exits non-zero.
 */
export async function runPlugin(call: Call, engineAddress: string, signal: AbortSignal): Promise<void> {
  const request = call.request;
  const info = request.getInfo();
  const folder = info?.getProgramDirectory() ?? "";
  const options = parseRuntimeOptions(info?.getOptions());
  const isPolicyPack = request.getKind() === "analyzer";
  const runner = await locateModule(
    isPolicyPack
      ? "@pulumi/pulumi/cmd/run-policy-pack"
      : (process.env["PULUMI_LANGUAGE_NODEJS_RUN_PATH"] ?? "@pulumi/pulumi/cmd/run-plugin"),
    folder,
    `npm install in ${folder}`,
  );

  const stdout = (chunk: Buffer): RunPluginResponse => output("Stdout", chunk);
  // A policy pack expects the stack's configuration in its environment before it starts, but the
  // engine sends it to the running pack: a proxy stands in until then.
  const proxy = isPolicyPack ? await (await import("./policyProxy.js")).PolicyProxy.start() : undefined;
  try {
    if (proxy !== undefined) call.write(stdout(Buffer.from(`${proxy.port}\n`)));
    const configuration = await proxy?.configuration(signal);
    const debug = request.getAttachDebugger() ? await debuggerArguments() : undefined;
    const child = startChild(
      nodeExecutable(),
      [
        ...(debug?.args ?? []),
        ...options.nodeargs,
        runner,
        ...(isPolicyPack ? [...request.getArgsList(), folder] : [folder, ...request.getArgsList()]),
      ],
      {
        env: { ...environment(request.getEnvList()), ...typeScriptEnvironment(options), ...configuration },
        // Policy packs have always run in their own folder.
        cwd: isPolicyPack ? folder : request.getPwd() || undefined,
        stdout: "pipe",
        signal,
      },
    );
    const forwarded = [
      forward(call, proxy?.attach(child) ?? child.process.stdout, stdout),
      forward(call, child.process.stderr, (chunk) => output("Stderr", chunk)),
    ];
    if (debug !== undefined) {
      const name = `Pulumi: Plugin (${request.getName()})`;
      await announceDebugger(engineAddress, name, child.process.pid ?? 0, debug.port);
    }
    const code = await endOf(child, forwarded);
    if (code !== 0) throw new Error(`Program exited with non-zero exit code: ${code}`);
  } finally {
    proxy?.stop();
  }
}

function environment(list: string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    list.map((entry) => {
      const separator = entry.indexOf("=", 1);
      return [entry.slice(0, separator), entry.slice(separator + 1)];
    }),
  );
}

function output(stream: "Stdout" | "Stderr", chunk: Buffer): RunPluginResponse {
  const response = new RunPluginResponse();
  response[`set${stream}`](chunk);
  return response;
}
