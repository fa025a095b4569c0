/** The `package.json` of each published package, from those of the checkout. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { publishedPackages, type PublishedName } from "../../cli/base/publishedPackages";

/** The fields of a `package.json` that are read. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly main?: string;
  readonly types?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, Readonly<Record<string, unknown>> | string>>;
}

export interface PublishedPackage {
  readonly name: PublishedName;
  /** Its folder in the checkout. */
  readonly folder: string;
  /** Dependencies that only some users need: they install them when a command asks for them. */
  readonly optionalPeers: readonly string[];
  /**
   * Found in the project at run time. As optional peers they would be installed with `npm ci
   * --omit=dev`, too.
   */
  readonly loadedOnDemand?: readonly string[];
  /** Modules that only the checkout's tests use, and the exports of these names. */
  readonly unpublished?: readonly string[];
  /**
   * Packages of the checkout that its tarball brings. They have none of their own: `npx mssp upgrade`
   * of an earlier version refuses a folder with a tarball that it doesn't know.
   */
  readonly bundles?: readonly BundledPackage[];
}

export type BundledPackage = Pick<PublishedPackage, "folder" | "optionalPeers"> & { readonly name: string };

const published: Readonly<Record<PublishedName, Omit<PublishedPackage, "name">>> = {
  "@defender-mssp/errors": { folder: "packages/errors", optionalPeers: [] },
  "@defender-mssp/terminal": { folder: "packages/terminal", optionalPeers: [] },
  "@defender-mssp/microsoft": { folder: "packages/microsoft", optionalPeers: [] },
  "@defender-mssp/tenant": { folder: "packages/tenant", optionalPeers: [] },
  "@defender-mssp/siem": { folder: "packages/siem", optionalPeers: [] },
  "@defender-mssp/pages": { folder: "packages/pages", optionalPeers: [] },
  "@defender-mssp/kql": { folder: "packages/kql", optionalPeers: [] },
  "@defender-mssp/detections": { folder: "packages/detections", optionalPeers: [] },
  "@defender-mssp/engine": { folder: "packages/engine", optionalPeers: [] },
  "@defender-mssp/sandbox": {
    folder: "packages/sandbox",
    optionalPeers: [],
    unpublished: ["internals"],
    bundles: [{ name: "@defender-mssp/plugins", folder: "packages/plugins", optionalPeers: ["@pulumi/azure-native"] }],
  },
  "defender-mssp": {
    folder: ".",
    optionalPeers: ["@defender-mssp/kql", "@pulumi/azure-native"],
    loadedOnDemand: ["@defender-mssp/engine", "@defender-mssp/plugins", "@defender-mssp/sandbox"],
  },
};

export const packages: readonly PublishedPackage[] = publishedPackages.map((name) => ({ name, ...published[name] }));

/** Compilers: what they make is in the package. */
const neededToBuild: ReadonlySet<string> = new Set(["esbuild", "ts-node", "typescript"]);

export async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")) as Manifest;
}

/** The manifest that is published: no scripts, no sources in `exports`, no compiler. */
export function publishedManifest(
  manifest: Manifest,
  { folder, optionalPeers, loadedOnDemand = [], unpublished = [], bundles = [] }: Omit<PublishedPackage, "name">,
): object {
  const { name, version, description } = manifest;
  const known = { ...manifest.devDependencies, ...manifest.dependencies };
  const dependencies = Object.entries(manifest.dependencies ?? {}).filter(
    ([dependency]) => !neededToBuild.has(dependency) && ![...optionalPeers, ...loadedOnDemand].includes(dependency),
  );
  const peers = Object.fromEntries(optionalPeers.map((peer) => [peer, known[peer] ?? version]));
  return {
    name,
    version,
    description,
    license: "Apache-2.0",
    keywords: ["pulumi", "microsoft-defender", "mssp"],
    engines: { node: ">=20.19.0" },
    bin: folder === "." ? { "defender-mssp": "cli/mssp.js", ...manifest.bin } : manifest.bin,
    main: manifest.main,
    types: manifest.types,
    exports: {
      ...withoutSources(manifest.exports ?? {}, unpublished),
      // npm nests a bundled package: a program finds it by its carrier.
      ...Object.fromEntries(bundles.map((bundle) => [`./${baseName(bundle.name)}`, carried(bundle.name)])),
    },
    dependencies: {
      ...Object.fromEntries(dependencies),
      ...Object.fromEntries(bundles.map((bundle) => [bundle.name, version])),
    },
    ...(bundles.length === 0 ? {} : { bundleDependencies: bundles.map((bundle) => bundle.name) }),
    ...(optionalPeers.length === 0
      ? {}
      : {
          peerDependencies: peers,
          peerDependenciesMeta: Object.fromEntries(optionalPeers.map((peer) => [peer, { optional: true }])),
        }),
  };
}

/** A package's name without its scope. */
export const baseName = (name: string) => name.replace(/^@[^/]+\//, "");

function carried(name: string): object {
  return { types: `./${baseName(name)}.d.ts`, default: `./${baseName(name)}.js` };
}

/** Drops the condition `source`, exports that have only sources, and `unpublished` ones. */
function withoutSources(exports: NonNullable<Manifest["exports"]>, unpublished: readonly string[]): object {
  const published: Record<string, unknown> = {};
  for (const [name, target] of Object.entries(exports)) {
    if (unpublished.includes(name.replace("./", ""))) continue;
    if (typeof target === "string") published[name] = target;
    else if ("default" in target || !("source" in target)) published[name] = { ...target, source: undefined };
  }
  return published;
}
