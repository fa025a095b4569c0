/** The official engine, as Pulumi's installer fetches it: https://get.pulumi.com/install.sh */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { pipeline } from "node:stream/promises";
import { requireDigest, requiredDigest, type Digest } from "./checksums";
import { engineVersionOf, executableIn } from "./engineFolder";
import { timeLeft, type ProgressLine } from "./progress";
import { runTool } from "./runTool";
import { answerMilliseconds, stallMilliseconds } from "./timeouts";

export interface ReleaseSource {
  readonly origin: string;
  /** Where the release's own checksums file is, for an archive that isn't among `digests`. */
  readonly checksumsOrigin: string;
  /** What the archives must hash to, by name. */
  readonly digests: Readonly<Record<string, Digest>>;
}

/**
 * Puts the release's files into `<folder>/bin`. Throws where the host doesn't answer within 4 s,
 * has no such release for this machine, or what comes isn't the released file; that is known before
 * anything of it is unpacked or run.
 * @returns what was verified, for people
 */
export async function downloadEngine(
  version: string,
  source: ReleaseSource,
  folder: string,
  environment: NodeJS.ProcessEnv,
  progress: ProgressLine,
): Promise<string> {
  const name = archiveName(version);
  const url = `${source.origin}/releases/sdk/${name}`;
  progress.show(`Asking ${new URL(source.origin).host} for the Pulumi engine ${version}…`);
  const archive = path.join(folder, name);
  const digest = await requiredDigest(name, version, source.digests, source.checksumsOrigin);
  requireDigest(name, await fetchFile(url, archive, digest.algorithm, progress), digest);
  progress.show("Unpacking the Pulumi engine…");
  const unpacked = path.join(folder, "unpacked");
  await fs.promises.mkdir(unpacked);
  await runTool("tar", ["-xf", archive, "-C", unpacked], { environment });
  await fs.promises.rm(archive);
  await moveProgramsTo(path.join(folder, "bin"), unpacked);

  const found = await engineVersionOf(executableIn(folder));
  if (found !== version)
    throw new Error(`${url} holds ${found === undefined ? "no engine that runs" : `version ${found}`}`);
  return `${name} (${digest.origin})`;
}

/** As Pulumi names its releases; throws for a platform without one. */
export function archiveName(version: string): string {
  const platforms: Partial<Record<NodeJS.Platform, string>> = { linux: "linux", darwin: "darwin", win32: "windows" };
  const system = platforms[process.platform];
  if (system === undefined || (process.arch !== "x64" && process.arch !== "arm64")) {
    throw new Error(`Pulumi has no release for ${process.platform} on ${process.arch}`);
  }
  return `pulumi-v${version}-${system}-${process.arch}.${system === "windows" ? "zip" : "tar.gz"}`;
}

/** @returns the hash of what was written, in hexadecimal. */
async function fetchFile(
  url: string,
  file: string,
  algorithm: Digest["algorithm"],
  progress: ProgressLine,
): Promise<string> {
  const controller = new AbortController();
  const abortAfter = (milliseconds: number, reason: string): NodeJS.Timeout =>
    setTimeout(() => controller.abort(new Error(reason)), milliseconds);
  const host = new URL(url).host;
  let timer = abortAfter(answerMilliseconds, `${host} did not answer within ${answerMilliseconds / 1000} s`);
  try {
    const response = await fetch(url, { signal: controller.signal });
    if (!response.ok || response.body === null) throw new Error(`${host} answered ${response.status} for ${url}`);
    const total = Number(response.headers.get("content-length") ?? 0);
    const start = Date.now();
    let bytes = 0;
    const hash = createHash(algorithm);
    const watched = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        clearTimeout(timer);
        timer = abortAfter(stallMilliseconds, `${host} sent nothing for ${stallMilliseconds / 1000} s`);
        bytes += chunk.length;
        hash.update(chunk);
        progress.show(
          `Downloading the Pulumi engine: ${megabytes(bytes, total)}${timeLeft(bytes, total, Date.now() - start)}`,
        );
        yield chunk;
      }
    };
    await pipeline(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), watched, fs.createWriteStream(file), {
      signal: controller.signal,
    });
    if (total > 0 && bytes !== total) throw new Error(`${host} sent ${bytes} of ${total} bytes`);
    return hash.digest("hex");
  } catch (error) {
    // Replaces the abort errors of `fetch` and streams by the reason.
    throw controller.signal.aborted ? (controller.signal.reason as Error) : error;
  } finally {
    clearTimeout(timer);
  }
}

function megabytes(bytes: number, total: number): string {
  const inMegabytes = (count: number): string => (count / 1e6).toFixed(0);
  return total > 0 ? `${inMegabytes(bytes)} of ${inMegabytes(total)} MB` : `${inMegabytes(bytes)} MB`;
}

/** The archive has its programs in `pulumi/`, on Windows in `pulumi/bin/`. */
async function moveProgramsTo(bin: string, unpacked: string): Promise<void> {
  const root = path.join(unpacked, "pulumi");
  const source = fs.existsSync(path.join(root, "bin")) ? path.join(root, "bin") : root;
  for (const name of await fs.promises.readdir(source)) {
    await fs.promises.rename(path.join(source, name), path.join(bin, name));
  }
  await fs.promises.rm(unpacked, { recursive: true });
}
