/** The package that judges queries, where a project has installed it. */
import path from "node:path";
import type { JudgeRulesOptions } from "./judgeComposedRules";

/** Only repositories with detection rules install it. */
export const judgePackage = "@defender-mssp/kql";

/** The judge of a project, or why there is none. */
export type InstalledJudge =
  | { readonly judge: JudgeRulesOptions }
  | {
      /** Why there is none: of the package, such as `is not installed`. */
      readonly missing: string;
      /** What to do: a sentence with the command. */
      readonly remedy: string;
    };

/**
 * Finds the judge beside this package or in a project, in this package's version, and loads what
 * starts it: not the parser, which the judge's own process loads.
 * @param folder that of `Pulumi.yaml`.
 */
export function installedJudge(folder: string): InstalledJudge {
  const place = { paths: [__dirname, folder] };
  let manifest: string;
  try {
    manifest = require.resolve(`${judgePackage}/package.json`, place);
  } catch {
    return { missing: "is not installed", remedy: installText() };
  }
  const version = versionIn(manifest);
  const own = ownVersion();
  if (version !== own) {
    const missing = `is version ${version}, and not ${own} as the program`;
    return { missing, remedy: installText() };
  }
  return {
    judge: {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      kql: require(require.resolve(judgePackage, place)) as JudgeRulesOptions["kql"],
      judgeProgram: require.resolve(`${judgePackage}/judge`, place),
      cacheFile: path.join(folder, ".mssp", "detections", "verdicts.json"),
    },
  };
}

function installText(): string {
  const tarball = `${judgePackage.replace("@", "").replace("/", "-")}-${ownVersion()}.tgz`;
  return `Copy ${tarball}, which \`npm run package\` writes, to vendor/ and run: npm install ./vendor/${tarball}`;
}

function ownVersion(): string {
  return versionIn(require.resolve("../../package.json"));
}

function versionIn(manifest: string): string {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return (require(manifest) as { readonly version: string }).version;
}
