/** Roundup 2.6.0 and jira820 0.12.0 of PyPI, in a folder of their own: they can be killed and started again. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";

const packages = ["roundup==2.6.0", "jira820==0.12.0"];

/** The environment of Python, or why there is none. @param folder where it is made */
export async function installTrackers(
  folder: string,
): Promise<{ readonly bin: string } | { readonly missing: string }> {
  const own = process.env["TRACKERS_VENV"];
  if (own !== undefined) return { bin: path.join(own, "bin") };
  const bin = path.join(folder, "venv", "bin");
  try {
    await execa("python3", ["-m", "venv", path.join(folder, "venv")]);
    await execa(path.join(bin, "pip"), ["-q", "install", ...packages], { timeout: 240_000 });
    return { bin };
  } catch (error) {
    return { missing: `PyPI is out of reach, or Python: ${(error as Error).message.split("\n")[0]}` };
  }
}

export class TrackerProcess {
  #child: ChildProcess | undefined;

  constructor(
    readonly url: string,
    private readonly command: readonly [string, ...string[]],
    private readonly probe: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  async start(): Promise<void> {
    const [program, ...args] = this.command;
    this.#child = spawn(program, args, { env: { ...process.env, ...this.environment }, stdio: "ignore" });
    for (let tries = 0; tries < 100; tries++) {
      const answers = await fetch(`${this.url}${this.probe}`).then(
        () => true,
        () => false,
      );
      if (answers) return;
      await pause(200);
    }
    throw new Error(`${program} does not answer`);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
}

export async function roundupProcess(bin: string, folder: string): Promise<TrackerProcess> {
  const [home, port] = [path.join(folder, "roundup"), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  await execa(path.join(bin, "roundup-admin"), ["-i", home, "install", "classic", "sqlite"], { stdin: "ignore" });
  const settings = path.join(home, "config.ini");
  const text = (await readFile(settings, "utf8"))
    .replace("#web = NO DEFAULT", `web = ${url}/`)
    .replace("#domain = NO DEFAULT", "domain = example.com")
    .replace("#host = NO DEFAULT", "host = 127.0.0.1");
  await writeFile(settings, text);
  const schema = path.join(home, "schema.py");
  const fields = 'status=Link("status"),\n                defender=String(), resolution=String())';
  await writeFile(schema, (await readFile(schema, "utf8")).replace('status=Link("status"))', fields));
  // It sends mail, and there is no server for it.
  await rm(path.join(home, "detectors", "nosyreaction.py"));
  await execa(path.join(bin, "roundup-admin"), ["-i", home, "initialise", "admin"], { stdin: "ignore" });
  const command = [path.join(bin, "python"), path.join(__dirname, "serve_roundup.py"), home, String(port)] as const;
  return new TrackerProcess(url, [...command], "/rest", {});
}

export async function jiraProcess(bin: string, folder: string): Promise<TrackerProcess> {
  const port = await freePort();
  const settings = path.join(folder, "jira820.yaml");
  await appendFile(settings, 'project_key: SOC\ntransition_screens: {Done: ["resolution"]}\n');
  return new TrackerProcess(`http://127.0.0.1:${port}`, [path.join(bin, "jira820")], "/rest/api/2/serverInfo", {
    JIRA820_CONFIG: settings,
    JIRA820_HOST: "127.0.0.1",
    JIRA820_PORT: String(port),
    JIRA820_PERSIST: path.join(folder, "jira820.json"),
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
