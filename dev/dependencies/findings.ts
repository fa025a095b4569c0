/** What is wrong with the dependencies of a lockfile. */
import { parsedJson } from "@defender-mssp/errors/json";
import { z } from "zod";

/**
 * SPDX identifiers that fit this project's own Apache-2.0, with nothing to do beyond keeping their
 * notices.
 */
const allowedLicences: ReadonlySet<string> = new Set([
  ...["MIT", "Apache-2.0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "0BSD", "CC0-1.0", "Zlib"],
  // argparse, in JavaScript after Python's; SPDX's own list of exceptions.
  ...["Python-2.0", "PSF-2.0", "CC-BY-3.0"],
]);

/**
 * SPDX identifiers of packages that only the development uses, unmodified, and that no package of
 * this project contains.
 */
const allowedInDevelopment: ReadonlySet<string> = new Set(["MPL-2.0"]);

/** Packages that tell their licence in a file only, which somebody has read. */
const readLicences: ReadonlyMap<string, string> = new Map([["@logdna/tail-file", "SEE LICENSE IN LICENSE"]]);

/** Packages with an install script. Nothing here needs one: CI installs with --ignore-scripts. */
const knownScripts: ReadonlySet<string> = new Set(["esbuild", "protobufjs"]);

const lockfile = z.looseObject({
  lockfileVersion: z.number(),
  packages: z.record(
    z.string(),
    z.looseObject({
      license: z.string().optional(),
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      link: z.boolean().optional(),
      dev: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
});

/**
 * A line for each package whose licence isn't allowed, whose content isn't pinned, or that runs a
 * script when it is installed.
 */
export function lockfileFindings(content: unknown): string[] {
  return Object.entries(lockfile.parse(content).packages).flatMap(([place, entry]) => {
    // The project itself and its workspaces.
    if (!place.includes("node_modules/") || entry.link === true) return [];
    const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    const { license = "none" } = entry;
    const isOnlyDeveloped = entry.dev === true && allowedInDevelopment.has(license);
    return [
      ...(isAllowed(license) || isOnlyDeveloped || readLicences.get(name) === license
        ? []
        : [`${name}: the licence ${license} is not allowed`]),
      ...(entry.integrity === undefined ? [`${name}: the lockfile has no integrity for it`] : []),
      ...(entry.resolved !== undefined && !entry.resolved.startsWith("https://")
        ? [`${name}: not from an https address`]
        : []),
      ...(entry.hasInstallScript === true && !knownScripts.has(name)
        ? [`${name}: runs a script when it is installed`]
        : []),
    ];
  });
}

/** Whether an SPDX expression can be met by allowed licences. */
export function isAllowed(expression: string): boolean {
  const alternatives = expression.replace(/^\((.*)\)$/, "$1").split(" OR ");
  return alternatives.some((alternative) =>
    alternative.split(" AND ").every((licence) => allowedLicences.has(licence.replace(/[()]/g, ""))),
  );
}

const severities = ["moderate", "high", "critical"];

const auditReport = z.looseObject({
  vulnerabilities: z.record(z.string(), z.looseObject({ severity: z.string(), range: z.string() })),
});

/**
 * A line for each vulnerable package, from `npm audit --json`; undefined where that is no report.
 */
export function auditFindings(printed: string): string[] | undefined {
  const report = auditReport.safeParse(parsedJson(printed));
  if (!report.success) return undefined;
  return Object.entries(report.data.vulnerabilities)
    .filter(([, { severity }]) => severities.includes(severity))
    .map(([name, { severity, range }]) => `${name} ${range}: a known vulnerability, ${severity}`);
}
