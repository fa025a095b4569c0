/** `mssp upgrade`: another version of this program in a repository of customers. */
import type { Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { passphraseFolderOption } from "../../stack/passphraseOption";
import type { UpgradeOptions } from "./upgrade";

export function define(command: Command, session: Session): void {
  command
    .argument("[version]", "where package.json names versions of a registry: the new one, such as 0.2.0")
    .option("--packages <folder>", "the new version's tarballs, which `npm run package` writes; copied to vendor/")
    .option("--yes", "upgrade without asking")
    .option("--skip-preview", "do not preview the customers afterwards")
    .addOption(passphraseFolderOption())
    .action(async (version: string | undefined, options: Omit<UpgradeOptions, "version">) => {
      if ((version === undefined) === (options.packages === undefined)) {
        command.error("error: name the new version by --packages <folder>, or by a version of your registry", {
          exitCode: 2,
        });
      }
      const { upgrade } = await import("./upgrade.js");
      await upgrade({ ...options, ...(version !== undefined && { version }) }, session);
    });
  describeCommand(command, {
    notes: [
      "All packages of defender-mssp are upgraded together. The command shows what the changelog says between the two versions and asks. It writes package.json and package-lock.json, runs `npm ci`, and previews all customers with the new version. It prints the way back, which is git: the work tree must be clean.",
      "A repository with the folder detections/ gets @defender-mssp/kql, which judges the queries of detection rules, where it does not have it yet.",
      "Ctrl-C, and any error, leave package.json, package-lock.json and vendor as they were.",
    ],
    reads: "package.json, the tarballs or your registry; for the previews what `npx mssp fleet preview` reads.",
    changes: "package.json, package-lock.json, vendor and node_modules. No tenant changes until `up`.",
    exitCodes: {
      0: "the repository has the new version, or had it before",
      1: "nothing was upgraded, or a preview failed",
      "130, 143": "ended by Ctrl-C or SIGTERM; nothing was upgraded",
    },
    examples: [
      "npx mssp upgrade --packages ../defender-mssp/.packages",
      "npx mssp upgrade --packages ../defender-mssp/.packages \\",
      "  --skip-preview --yes",
    ],
  });
}
