/** Writes the settings of a new customer, and says what comes next. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { wrapped } from "@defender-mssp/terminal/wrap";
import { VisibleError } from "@defender-mssp/errors";
import { ownName, packageRoot } from "../../base/ownPackage";
import { shellWord } from "../../base/shellWord";
import { readProject, shownStackFile, stackFile, type Project } from "../../../settings/project";
import { checkedSettings, customerFile } from "../../newCustomer/customerFile";
import type { CustomerAnswers, TenantCheck } from "../../newCustomer/questions";

export interface WrittenCustomer {
  readonly stack: string;
  /** From the project's folder. */
  readonly file: string;
  readonly tenantId: string;
  readonly tenantCheck: TenantCheck;
  readonly notCheckedBecause?: string;
}

/**
 * Checks the settings and writes the file.
 * @throws VisibleError where a setting is wrong or the file exists; nothing is written then.
 */
export async function writeCustomer(stack: string, answers: CustomerAnswers, folder: string): Promise<WrittenCustomer> {
  const { tenantId, tenantCheck, notCheckedBecause } = answers;
  const values = checkedSettings(answers, { connector: { alertApis: ["graph"] } });
  const project = await readProject(folder);
  const file = stackFile(project, stack);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, customerFile(project.name, values, { salt: true, schema: schemaPath(project) }), {
    flag: "wx",
  }).catch((error: unknown) => {
    throw new VisibleError(`${shownStackFile(project, stack)} can't be written: ${(error as Error).message}.`);
  });
  return {
    stack,
    file: shownStackFile(project, stack),
    tenantId,
    tenantCheck,
    ...(notCheckedBecause === undefined ? {} : { notCheckedBecause }),
  };
}

/** Path of the JSON schema from the stacks' files: of the installed package, or of the checkout. */
function schemaPath({ folder, stackConfigDir }: Project): string {
  const name = "settings.schema.json";
  const file = folder === packageRoot() ? name : path.posix.join("node_modules", ownName, name);
  return path.posix.relative(stackConfigDir, file);
}

/** The next commands, and what to send: each line fits 80 columns and can be pasted. */
export function nextSteps(
  { stack, file, tenantId, tenantCheck, notCheckedBecause }: WrittenCustomer,
  { msspApplications }: CustomerAnswers,
): string {
  const clientId = msspApplications === undefined ? " \\\n    --client-id YOUR-APPLICATION-ID" : "";
  const check =
    tenantCheck === "confirmed"
      ? `Entra confirms that the domain belongs to the tenant ${tenantId}.`
      : `Not checked whether the domain belongs to the tenant ${tenantId}: ${notCheckedBecause ?? ""}.`;
  return [
    `${file} is written.`,
    ...wrapped(check, 80, "keep"),
    "",
    "What to type next. The page for the customer's administrator, who agrees first:",
    `  npx mssp report --stack ${stack} --for customer --from-settings${clientId}`,
    "The text for the administrator, with the consent URLs:",
    `  npx mssp permissions --stack ${stack} --format markdown${clientId}`,
    "The stack. A team adds --secrets-provider and its key (npx mssp docs state):",
    `  npx pulumi stack init ${stack}`,
    "After the consent: what is missing in the tenant, and what would be created:",
    `  npx mssp doctor --stack ${stack}`,
    `  npx pulumi preview --stack ${stack}`,
    "With a pipeline, its environment and reviewers, then a pull request:",
    `  npx mssp ci setup --stack ${stack}`,
    `  git add ${shellWord(file)}`,
    "Without one, from this machine:",
    `  npx mssp fleet up --init --stack ${stack}`,
    "",
  ].join("\n");
}
