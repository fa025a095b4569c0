/** The analysts of the file that `analystsFrom` names, beside a stack's own. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { parseAsEngine } from "../settings/engineYaml";
import { withSharedAnalysts } from "../settings/withSharedAnalysts";

/** The values of a stack's settings with those analysts. */
export function sharedAnalysts(
  own: Readonly<Record<string, string>>,
  project: string,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return withSharedAnalysts(own, projectFolder(project, environment)).values;
}

/**
 * The folder of the project. The engine starts a pack in the pack's own folder, and only a fleet run
 * names the project's: otherwise it is above the pack, or above the `node_modules` with the pack.
 * @throws VisibleError if there is none: a rule that judges people needs all of them.
 */
function projectFolder(project: string, environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment["PULUMI_NODEJS_ROOT_DIRECTORY"];
  if (named) return named;
  const pack = process.cwd();
  const [above = pack] = pack.split(`${path.sep}node_modules${path.sep}`);
  for (let folder = above; ; folder = path.dirname(folder)) {
    if (projectIn(folder) === project) return folder;
    if (folder === path.dirname(folder)) break;
  }
  throw new VisibleError(
    `analystsFrom: there is no Pulumi.yaml of the project "${project}" above the policy pack in ${pack}. ` +
      "Use the pack of the project's own repository, such as node_modules/defender-mssp/policy.",
  );
}

function projectIn(folder: string): unknown {
  try {
    const content = parseAsEngine(readFileSync(path.join(folder, "Pulumi.yaml"), "utf8"));
    return (Object(content) as { readonly name?: unknown }).name;
  } catch {
    return undefined;
  }
}
