/** `mssp init`: creates a repository of customers. */
import { Option, type Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { ciSystems, type CiSystem } from "./templates";

interface InitOptions {
  readonly ci: CiSystem | "none";
  readonly without?: readonly ("git" | "lockfile")[];
  readonly packages?: string;
  readonly json?: boolean;
}

export function define(command: Command, session: Session): void {
  command
    .argument("<folder>", "a new or an empty folder")
    .argument("[project]", "name of the Pulumi project (default: the folder's name)")
    .addOption(
      new Option("--ci <system>", "CI system whose pipelines to add").choices([...ciSystems, "none"]).default("github"),
    )
    .option("--packages <folder>", "the packages' tarballs, which `npm run package` writes; copied to vendor/")
    .addOption(
      new Option(
        "--without <part...>",
        "git: create no git repository; lockfile: create no package-lock.json, which requires the package registry",
      ).choices(["git", "lockfile"]),
    )
    .option("--json", "print the folder, the project's name and the files as one JSON object")
    .action(async (folder: string, project: string | undefined, { json, without = [], ...others }: InitOptions) => {
      const { initialize, nextSteps } = await import("./initialize.js");
      const options = {
        ...others,
        ...(project === undefined ? {} : { project }),
        git: !without.includes("git"),
        lockfile: !without.includes("lockfile"),
      };
      const made = await initialize(folder, options, session);
      if (json === true) writeJson(session.out, "init", made);
      else session.out.write(nextSteps(made, session.folder));
    });
  describeCommand(command, {
    notes: [
      "The project's name is part of every resource's URN in the state and of the marks in the customers' tenants. Do not change it later. `pulumi new <clone>/templates/customers --generate-only`, with the absolute path of a clone of defender-mssp, creates the same files without pipelines.",
      "@defender-mssp/kql (32 MB) judges the queries of detection rules, which a new repository does not have: `npx mssp check` says how to install it.",
    ],
    reads: "The tarballs of --packages, and the package registry, for the versions in package-lock.json.",
    changes: "Creates the folder. After an error, nothing is left behind.",
    exitCodes: {
      0: "the folder was created",
      1: "the folder is not empty, a tarball is missing, or git or npm failed",
    },
    examples: [
      "npm run package && npx mssp init ../customers --packages .packages",
      "npx mssp init ../customers --packages .packages --ci gitlab",
    ],
  });
}
