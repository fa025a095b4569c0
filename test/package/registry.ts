/**
 * A package registry on this machine that has the packed packages, and sends npm to its own registry for all others.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { execa } from "execa";
import { packPackages, type PackedPackage } from "../../dev/package/pack";

export interface LocalRegistry {
  readonly url: string;
  readonly packages: readonly PackedPackage[];
  close(): Promise<void>;
}

/** Packs the packages of the built checkout into `folder`, and serves them. */
export async function serveRegistry(checkout: string, folder: string): Promise<LocalRegistry> {
  const { stdout } = await execa("npm", ["config", "get", "registry"], { cwd: checkout });
  const upstream = stdout.trim().replace(/\/$/, "");
  const packages = await packPackages(checkout, folder);
  const server = createServer((request, response) => {
    const address = decodeURIComponent(new URL(request.url ?? "", "http://registry").pathname);
    void answer(address, packages, `http://${request.headers.host}`).then((found) => {
      if (found === undefined) response.writeHead(302, { location: `${upstream}${request.url}` }).end();
      else response.writeHead(200, { "content-type": found.type }).end(found.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    packages,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function answer(address: string, packages: readonly PackedPackage[], origin: string) {
  const tarball = packages.find(({ file }) => address === `/-/tarballs/${path.basename(file)}`);
  if (tarball !== undefined) return { type: "application/octet-stream", body: await readFile(tarball.file) };
  const one = packages.find(({ name }) => address === `/${name}`);
  return one && { type: "application/json", body: JSON.stringify(await packument(one, origin)) };
}

async function packument({ name, version, file }: PackedPackage, origin: string): Promise<object> {
  const { stdout } = await execa("tar", ["xzOf", file, "package/package.json"]);
  const integrity = `sha512-${createHash("sha512")
    .update(await readFile(file))
    .digest("base64")}`;
  const dist = { tarball: `${origin}/-/tarballs/${path.basename(file)}`, integrity };
  return {
    name,
    "dist-tags": { latest: version },
    versions: { [version]: { ...(JSON.parse(stdout) as object), dist } },
  };
}
