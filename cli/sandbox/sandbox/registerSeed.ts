/** `mssp sandbox seed`: gives emulated tenants the users, groups and applications of a file. */
import path from "node:path";
import type { Command } from "commander";
import { messageOf, unreadableFile, VisibleError } from "@defender-mssp/errors";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import type { SeededTenant } from "@defender-mssp/sandbox";
import { fileInside, textOfFile } from "../../../settings/fileInside";
import { counted } from "../../base/counted";
import { withHome, type HomeOptions } from "./options";

type SeedOptions = HomeOptions & { json?: boolean };

export function registerSeed(sandbox: Command, session: Session): void {
  const command = withHome(sandbox.command("seed"))
    .description("Give emulated tenants the users, groups, applications and switches of a file.")
    .argument("<file>", "YAML or JSON: the tenants")
    .option("--json", "print what was added as one JSON object")
    .action((file: string, options: SeedOptions) => seed(file, options, session));
  describeCommand(command, {
    notes: [
      "A user, group or application has Graph's properties; members and owners are named by user principal name, mail or " +
        "display name.",
      "npx mssp docs sandbox names the page with an example.",
      "The same file gives the same objects with the same IDs. What a tenant has already stays as it is.",
    ],
    reads: "The file, the stacks' settings in Pulumi.*.yaml, and the sandbox in .sandbox (or --home).",
    changes: "Adds the file's tenants and objects, all or none.",
    exitCodes: { 1: "the file can't be read, or a part of it is wrong: each place is named" },
    examples: [
      "npx mssp sandbox seed tenants.yaml",
      "npx mssp sandbox dump --tenant c0570500-0000-4000-8000-00000000000b",
    ],
  });
}

async function seed(file: string, options: SeedOptions, session: Session): Promise<void> {
  const { sandboxPackage } = await import("./packages.js");
  const { sandboxTenants } = await import("./sandboxTenants.js");
  const content = await seedContent(file, session.folder);
  const { seedSandbox, sandboxHome } = sandboxPackage();
  const home = sandboxHome(options.home, session.environment, session.folder);
  const tenants = await seedSandbox({ home, tenants: await sandboxTenants(session.folder) }, content);
  if (options.json === true) writeJson(session.out, "sandbox seed", { tenants });
  else session.out.write(tenants.map(seededText).join(""));
}

async function seedContent(file: string, folder: string): Promise<unknown> {
  const place = path.resolve(folder, file);
  const text = await textOfFile(place).catch((error: unknown) => {
    throw unreadableFile(file, error);
  });
  // A wrong place is named by its key, and whoever changes the repository must not have another file shown.
  const top = place.startsWith(folder + path.sep) ? folder : path.dirname(place);
  if (fileInside(top, path.relative(top, place)) === undefined)
    throw new VisibleError(`${file} is, or is below, a symbolic link that leads out of ${top}. Name the file itself.`);
  const { parseDocument } = await import("yaml");
  try {
    const document = parseDocument(text);
    const [problem] = document.errors;
    if (problem !== undefined) throw problem;
    return JSON.parse(JSON.stringify(document.toJS() ?? null)) as unknown;
  } catch (error) {
    const reason = messageOf(error).replace("Maximum call stack size exceeded", "nested too deep");
    throw new VisibleError(`${file} is not valid YAML or JSON: ${reason}`);
  }
}

function seededText({ tenantId, added, unchanged }: SeededTenant): string {
  const before = unchanged === 0 ? "" : `, ${unchanged} there before`;
  return `${tenantId}: ${counted(added, "object")} added${before}\n`;
}
