/** The version that an upgrade installs: from a folder of tarballs, or from a registry of one's own. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import { compareVersions } from "../../base/compareVersions";
import { ownName, ownVersion } from "../../base/ownPackage";
import { packedText } from "../../base/packedManifest";
import { isPublishedName } from "../../base/publishedPackages";
import { localPackages, neededPackages, vendoredManifest, type LocalPackage } from "../../base/localPackages";
import { nothingChanged, runNpm } from "./runNpm";

export type RepositoryManifest = Readonly<Record<string, unknown>>;

export interface NextVersion {
  readonly version: string;
  /** Of the new version; empty if its package has none. */
  readonly changelog: string;
  /** Copied to `vendor/`; none from a registry. */
  readonly packages: readonly LocalPackage[];
  readonly manifest: RepositoryManifest;
}

/** Where the new version is; one of the two. */
export interface VersionSource {
  /** Of the packages on a registry. */
  readonly version?: string;
  /** Folder of the packages' tarballs. */
  readonly packages?: string;
}

/**
 * Reads the new version, and changes nothing.
 * @param repository with its folder of `package.json`.
 * @throws VisibleError if a package is missing or another one is there, or the version is older.
 */
export async function readNewVersion(
  source: VersionSource,
  repository: { readonly folder: string; readonly manifest: RepositoryManifest },
  session: Session,
): Promise<NextVersion> {
  const { manifest } = repository;
  if (source.packages === undefined) return fromRegistry(source.version ?? "", manifest, session);
  const folder = path.resolve(session.folder, source.packages);
  const local = await localPackages(folder, nothingChanged);
  const { version } = local;
  const packages = await neededPackages(local, repository.folder, manifest);
  requireNotOlder(version);
  const product = packages.find(({ name }) => name === ownName);
  const changelog = (product && (await packedText(product.file, "CHANGELOG.md"))) ?? "";
  return { version, changelog, packages, manifest: vendoredManifest(manifest, packages) };
}

/** Where package.json names tarballs, no registry is asked: a package of the name may be a stranger's. */
async function fromRegistry(version: string, manifest: RepositoryManifest, session: Session): Promise<NextVersion> {
  const own = namedDependencies(manifest).filter(([name]) => isPublishedName(name));
  const tarball = own.find(([, reference]) => reference.startsWith("file:"));
  if (tarball !== undefined)
    throw new VisibleError(
      `package.json names the tarball ${tarball[1].slice("file:".length)}, and no version of a registry: name the new version's ` +
        `tarballs by --packages <folder>. ${nothingChanged}`,
    );
  if (compareVersions(version, version) === undefined)
    throw new VisibleError(`${JSON.stringify(version)} is no version such as 0.2.0. ${nothingChanged}`);
  requireNotOlder(version);
  const temporary = await mkdtemp(path.join(tmpdir(), "mssp-upgrade-"));
  try {
    const args = ["pack", `${ownName}@${version}`, "--json", "--ignore-scripts", "--pack-destination", temporary];
    await runNpm(args, temporary, session.environment);
    const [file = ""] = await readdir(temporary);
    const changelog = (await packedText(path.join(temporary, file), "CHANGELOG.md")) ?? "";
    return { version, changelog, packages: [], manifest: withVersion(manifest, version) };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function namedDependencies({ dependencies, devDependencies }: RepositoryManifest): [string, string][] {
  return Object.entries({ ...Object(dependencies), ...Object(devDependencies) } as Record<string, string>);
}

function withVersion(manifest: RepositoryManifest, version: string): RepositoryManifest {
  const named = (dependencies: unknown) =>
    Object.fromEntries(
      Object.entries(Object(dependencies) as Record<string, string>).map(([name, reference]) => [
        name,
        isPublishedName(name) ? version : reference,
      ]),
    );
  const sections = ["dependencies", "devDependencies"].filter((section) => section in manifest);
  return { ...manifest, ...Object.fromEntries(sections.map((section) => [section, named(manifest[section])])) };
}

function requireNotOlder(version: string): void {
  if ((compareVersions(version, ownVersion()) ?? 0) >= 0) return;
  throw new VisibleError(
    `${version} is older than ${ownVersion()}, which this repository has. ${nothingChanged} To go back to an older version, revert the ` +
      "commit of the upgrade and run `npm ci`: an older version may refuse a newer state (`npx mssp docs upgrading`).",
  );
}
