/** The settings file of a new customer, with comments, and the next steps. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { clouds, type CloudName } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { parseSettings } from "../../../settings";
import { readProject, shownStackFile, stackFile } from "../../../settings/project";
import type { CustomerAnswers, TenantCheck } from "./questions";

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
  const { cloud, tenantCheck, notCheckedBecause, ...settings } = answers;
  const values = { ...settings, ...(cloud === "public" ? {} : { cloud }) };
  parseSettings(values, [], { ARM_ENVIRONMENT: clouds[cloud as CloudName].environment });
  const project = await readProject(folder);
  const file = stackFile(project, stack);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, customerFile(project.name, values), { flag: "wx" }).catch((error: unknown) => {
    throw new VisibleError(`${shownStackFile(project, stack)} can't be written: ${(error as Error).message}.`);
  });
  return {
    stack,
    file: shownStackFile(project, stack),
    tenantId: answers.tenantId,
    tenantCheck,
    ...(notCheckedBecause === undefined ? {} : { notCheckedBecause }),
  };
}

const comments: Readonly<Record<string, string>> = {
  customerName: "The name of the SIEM's app registration contains it.",
  tenantId: "All objects are created in this tenant; `up` stops if its credentials reach another tenant.",
  msspName: "The name of the MSSP.",
  analysts: 'Guests in the customer\'s tenant. Quote the date on which access ends: accessEndsOn: "2031-12-31".',
  portalAccess: "rbac: tiers with roles of Defender's unified RBAC. basic: a directory role.",
};

/** The text of the file. */
export function customerFile(project: string, settings: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(settings).map(([key, value]) => {
    const comment = comments[key] === undefined ? "" : `  # ${comments[key]}\n`;
    const text = stringify({ [`${project}:${key}`]: value }, { lineWidth: 0 });
    return comment + text.replace(/^(?=.)/gm, "  ");
  });
  return [
    "# Settings: Pulumi.yaml describes each one. `npx mssp permissions` lists what the customer consents to.\n",
    "config:\n",
    ...entries,
  ].join("");
}

/** The next commands, and what to send. */
export function nextSteps({ stack, file, tenantId, tenantCheck, notCheckedBecause }: WrittenCustomer): string {
  const check =
    tenantCheck === "confirmed"
      ? `Entra confirms that the domain belongs to the tenant ${tenantId}.`
      : `Not checked whether the domain belongs to the tenant ${tenantId}: ${notCheckedBecause ?? ""}.`;
  return [
    `${file} is written. ${check}`,
    "",
    "What to send to the customer's administrator, with the consent URLs:",
    `  npx mssp permissions --stack ${stack} --format markdown --client-id <automation>`,
    "What to type next:",
    `  npx pulumi stack init ${stack} --secrets-provider <key>    # docs: state backends`,
    `  npx mssp ci setup --stack ${stack}                         # environment and reviewers`,
    `  git add ${file}                                            # then a pull request`,
    "",
  ].join("\n");
}
