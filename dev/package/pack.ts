/** The packages as tarballs. */
import path from "node:path";
import { npmEnvironment } from "@defender-mssp/errors/npmEnvironment";
import { execa } from "execa";
import { z } from "zod";
import { stagePackages } from "./stage";

export interface PackedPackage {
  readonly name: string;
  readonly version: string;
  /** The tarball. */
  readonly file: string;
  /** Size of the tarball. */
  readonly bytes: number;
  readonly files: number;
  readonly paths: readonly string[];
}

/** What `npm pack --json` prints: a list, or since npm 12 a map by name. */
const packed = z.object({
  name: z.string(),
  version: z.string(),
  filename: z.string(),
  size: z.number(),
  entryCount: z.number(),
  files: z.array(z.object({ path: z.string() })),
});
const answer = z.union([z.array(packed), z.record(z.string(), packed)]);

/** Stages and packs the packages of a built checkout into `out`. */
export async function packPackages(checkout: string, out: string): Promise<PackedPackage[]> {
  const folders = await stagePackages(checkout, path.join(out, "staged"));
  const result: PackedPackage[] = [];
  for (const [name, folder] of folders) {
    process.stderr.write(`Packing ${name}…\n`);
    const args = ["pack", folder, "--json", "--ignore-scripts", "--pack-destination", out];
    const { stdout } = await execa("npm", args, {
      cwd: out,
      env: npmEnvironment(process.env),
      extendEnv: false,
      stdin: "ignore",
    });
    for (const one of Object.values(answer.parse(JSON.parse(stdout)))) {
      // An older npm writes the name with its scope, whose file has none.
      const filename = one.filename.replace(/^@/, "").replace("/", "-");
      result.push({
        name: one.name,
        version: one.version,
        file: path.join(out, filename),
        bytes: one.size,
        files: one.entryCount,
        paths: one.files.map((file) => file.path),
      });
    }
  }
  return result;
}
