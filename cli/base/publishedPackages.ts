/** The packages of this project that users install: `npm run package` writes a tarball of each. */

/** Each after those that it depends on. */
export const publishedPackages = [
  "@defender-mssp/errors",
  "@defender-mssp/terminal",
  "@defender-mssp/microsoft",
  "@defender-mssp/tenant",
  "@defender-mssp/siem",
  "@defender-mssp/pages",
  "@defender-mssp/kql",
  "@defender-mssp/detections",
  "@defender-mssp/engine",
  "@defender-mssp/sandbox",
  "defender-mssp",
] as const;

export type PublishedName = (typeof publishedPackages)[number];

/** A development dependency of a repository of customers; pipelines do without it. */
export const developmentPackage: PublishedName = "@defender-mssp/sandbox";

/** Judges and runs queries: a dependency of a repository of customers that has detection rules, 32 MB. */
export const rulesPackage: PublishedName = "@defender-mssp/kql";

export function isPublishedName(name: unknown): name is PublishedName {
  return (publishedPackages as readonly unknown[]).includes(name);
}
