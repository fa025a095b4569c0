/** buildah with a storage of its own: it needs no daemon, and nothing of the user's images is touched. */
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";

/** Files of the host that a build step or a container sees, and no layer keeps. */
export interface Mount {
  readonly from: string;
  readonly to: string;
  /** @default "ro" */
  readonly mode?: "ro" | "rw";
}

export interface Build {
  readonly file: string;
  readonly context: string;
  readonly tag: string;
  readonly arguments?: Readonly<Record<string, string>>;
  /** Files of `RUN --mount=type=secret`, by ID. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly mounts?: readonly Mount[];
}

export interface Run {
  readonly mounts?: readonly Mount[];
  readonly environment?: Readonly<Record<string, string>>;
  /** @default the host's */
  readonly network?: "host" | "loopback";
  readonly folder?: string;
  /** @default the image's */
  readonly user?: string;
}

interface ImageConfiguration {
  readonly User?: string;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
}

export interface Image {
  readonly tag: string;
  readonly config: ImageConfiguration;
  readonly megabytes: number;
  /** Of all layers and of the configuration: each command that made the image. */
  readonly history: string;
}

/** Why containers can't be built here, if so. */
export async function buildahIsMissing(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "it needs root: chroot isolation mounts file systems";
  for (const tool of ["buildah", "mmdebstrap", "unshare", "ip"]) {
    const { failed } = await execa("which", [tool], { reject: false });
    if (failed) return `${tool} is not installed (apt-get install buildah mmdebstrap iproute2)`;
  }
  return undefined;
}

export class Buildah {
  private constructor(private readonly storage: string) {}

  static create(): Buildah {
    return new Buildah(newFolder());
  }

  /** An image with the files of a tar archive as its only layer. */
  async importImage(tag: string, archive: string): Promise<Image> {
    const container = await this.#out("from", "scratch");
    await this.#out("add", container, archive, "/");
    await this.#out("config", "--cmd", "node", container);
    await this.#out("commit", "--quiet", container, tag);
    await this.#out("rm", container);
    return this.#image(tag);
  }

  async build({ file, context, tag, arguments: given = {}, secrets = {}, mounts = [] }: Build): Promise<Image> {
    await this.#out(
      "build",
      ...["--isolation", "chroot", "--pull-never", "--format", "docker", "--file", file, "--tag", tag],
      ...Object.entries(given).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
      ...Object.entries(secrets).flatMap(([id, source]) => ["--secret", `id=${id},src=${source}`]),
      ...mounts.flatMap(volume),
      context,
    );
    return this.#image(tag);
  }

  async #image(tag: string): Promise<Image> {
    const inspected = JSON.parse(await this.#out("inspect", "--type", "image", tag)) as {
      readonly Docker: { readonly config: ImageConfiguration };
    };
    const images = JSON.parse(await this.#out("images", "--json", tag)) as { readonly size: string }[];
    const [, amount = "0", unit] = /([\d.]+) ([KMG])B/.exec(images[0]?.size ?? "") ?? [];
    const megabytes = Number(amount) * ({ K: 1e-3, M: 1, G: 1000 }[unit ?? "M"] ?? 1);
    return { tag, config: inspected.Docker.config, megabytes, history: JSON.stringify(inspected) };
  }

  /** A container of an image. `run` starts commands in it, one after the other. */
  async container(tag: string): Promise<Container> {
    return new Container(this.#options, await this.#out("from", "--pull-never", tag));
  }

  async dispose(): Promise<void> {
    await this.#out("rm", "--all");
    await this.#out("rmi", "--all", "--force");
    await rm(this.storage, { recursive: true, force: true });
  }

  get #options(): readonly string[] {
    const { storage } = this;
    return ["--root", path.join(storage, "root"), "--runroot", path.join(storage, "run")];
  }

  async #out(...args: readonly string[]): Promise<string> {
    await mkdir(path.join(this.storage, "tmp"), { recursive: true });
    const { stdout, all, failed } = await execa("buildah", [...this.#options, ...args], {
      all: true,
      env: { TMPDIR: path.join(this.storage, "tmp") },
      reject: false,
      stdin: "ignore",
    });
    if (failed) throw new Error(`buildah ${args.join(" ")}:\n${all.split("\n").slice(-40).join("\n")}`);
    return stdout.trim();
  }
}

export class Container {
  constructor(
    private readonly options: readonly string[],
    private readonly name: string,
  ) {}

  /** The command line that runs a command as the image's user, in its working folder. */
  command(
    command: readonly string[],
    { mounts = [], environment = {}, network = "host", folder, user }: Run = {},
  ): [string, ...string[]] {
    const run = [
      ...["buildah", ...this.options, "run", "--isolation", "chroot"],
      ...(folder === undefined ? [] : ["--workingdir", folder]),
      ...(user === undefined ? [] : ["--user", user]),
      ...Object.entries(environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
      ...mounts.flatMap(volume),
      // buildah looks a command up as root without its capabilities; a runtime does as the user.
      ...[this.name, "--", "sh", "-c", 'exec "$@"', "sh", ...command],
    ] as const;
    // chroot isolation shares the network of the process that starts it.
    if (network === "loopback") return ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", ...run];
    return run as unknown as [string, ...string[]];
  }

  async run(command: readonly string[], options: Run = {}) {
    const [name, ...args] = this.command(command, options);
    const { exitCode, stdout, stderr } = await execa(name, args, { reject: false, stdin: "ignore" });
    return { exitCode, stdout, stderr };
  }

  /** @returns what it wrote to standard output. */
  async succeed(command: readonly string[], options: Run = {}): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(command, options);
    if (exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${exitCode}:\n${stdout}\n${stderr}`);
    return stdout;
  }
}

function volume({ from, to, mode = "ro" }: Mount): string[] {
  return ["--volume", `${from}:${to}:${mode}`];
}
