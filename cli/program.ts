/**
 * The `mssp` command. Its help needs no more than the names and descriptions of the subcommands; the
 * module of a subcommand loads if the command line names it.
 */
import type { Command } from "commander";
import { lazyProgram, type Subcommand } from "@defender-mssp/terminal/lazyProgram";
import type { Session } from "@defender-mssp/terminal/session";
import { descriptions } from "@defender-mssp/siem/descriptions";

/** By their headings in the help. */
const groups: Readonly<Record<string, Readonly<Record<string, Omit<Subcommand, "group">>>>> = {
  Start: {
    init: {
      description:
        "Create a repository of customers: settings files, pipelines, and this program as the only dependency.",
      load: () => require("./customer/init/command") as typeof import("./customer/init/command"),
    },
    start: {
      isDaily: true,
      description: "Install the Pulumi engine and onboard a sandbox customer: `pulumi up` of a stack on the sandbox.",
      load: () => require("./sandbox/start/command") as typeof import("./sandbox/start/command"),
    },
    new: {
      isDaily: true,
      description: "Write the settings file of a customer, and print what to send to the customer's administrator.",
      load: () => require("./customer/new/command") as typeof import("./customer/new/command"),
    },
    adopt: {
      description:
        "Make a stack for a customer who was onboarded by hand. Reads the tenant, and changes nothing there.",
      load: () => require("./customer/adopt/command") as typeof import("./customer/adopt/command"),
    },
    upgrade: {
      description: "Upgrade a repository of customers to a new version, and preview every customer with it.",
      load: () => require("./customer/upgrade/command") as typeof import("./customer/upgrade/command"),
    },
    rehearse: {
      description:
        "Compare a test tenant's answers with the sandbox's: read it, change nothing, and write what differs; then try a customer's life.",
      load: () => require("./sandbox/rehearse/command") as typeof import("./sandbox/rehearse/command"),
    },
    docs: {
      isDaily: true,
      description: "List the pages of the documentation that this package ships, or print where one is.",
      load: () => require("./customer/docs/command") as typeof import("./customer/docs/command"),
    },
  },
  "Each customer": {
    permissions: {
      description: "List the least permissions that the stacks' settings require, and the URLs to consent to them.",
      load: () => require("./customer/permissions/command") as typeof import("./customer/permissions/command"),
    },
    doctor: {
      isDaily: true,
      description:
        "Check the permissions, licences and policies that a stack's settings need in the customer's tenant.",
      load: () => require("./customer/doctor/command") as typeof import("./customer/doctor/command"),
    },
    verify: {
      isDaily: true,
      description: descriptions.verify,
      load: () => require("./customer/verify/command") as typeof import("./customer/verify/command"),
    },
    report: {
      isDaily: true,
      description:
        "Write a page that shows who of the MSSP can do what in a customer's tenant, since when and until when.",
      load: () => require("./customer/report/command") as typeof import("./customer/report/command"),
    },
    governance: {
      description: "Establish, show and end the governance relationship of a stack with portalAccess.model governance.",
      load: () => require("./customer/governance/command") as typeof import("./customer/governance/command"),
    },
    evidence: {
      description:
        "Collect what the MSSP did in the customer's tenant: directory changes, sign-ins, runs of Pulumi, as a folder with hashes.",
      load: () => require("./customer/evidence/command") as typeof import("./customer/evidence/command"),
    },
    offboard: {
      isDaily: true,
      description:
        "Off-board a customer: collect evidence, remove everything, prove in the tenant that nothing is left, and write a certificate.",
      load: () => require("./customer/offboard/command") as typeof import("./customer/offboard/command"),
    },
  },
  "All customers": {
    fleet: {
      isDaily: true,
      description:
        "Preview, deploy, refresh and destroy all customers: every stack of this folder, or the stacks that you select.",
      load: () => require("./fleet/command") as typeof import("./fleet/command"),
    },
    status: {
      isDaily: true,
      description: "Show all customers on one screen: who needs somebody now, what ends next, and whose move it is.",
      load: () => {
        const { define } = require("./customer/status/command") as typeof import("./customer/status/command");
        const { views } = require("./views") as typeof import("./views");
        return { define: (command, session) => define(command, session, views) };
      },
    },
    check: {
      isDaily: true,
      description: "Check the settings files of all customers, the detection rules and their tests. Needs no tenant.",
      load: () => require("./detections/check/command") as typeof import("./detections/check/command"),
    },
    analyst: {
      isDaily: true,
      description: "Add and remove analysts, joiners and leavers, in the settings of all customers.",
      load: () => require("./fleet/analyst/command") as typeof import("./fleet/analyst/command"),
    },
    detections: {
      description:
        "Import custom detection rules as files, show what they cover at each customer, and turn them off and on.",
      load: () => require("./detections/command") as typeof import("./detections/command"),
    },
    secrets: {
      description:
        "Replace a client secret that leaked or expires. `npx mssp status --show secrets` lists when each expires.",
      load: () => require("./siem/secrets/command") as typeof import("./siem/secrets/command"),
    },
    ci: {
      description: "Set up the pipelines of a repository of customers: GitHub's environments, reviewers and variables.",
      load: () => require("./ci/command") as typeof import("./ci/command"),
    },
  },
  SIEM: {
    connection: {
      isDaily: true,
      description:
        "Write a file with which `alerts`, `incidents`, `hunt`, `verify`, `token` and `siem-config` run on a machine that " +
        "has neither project, engine nor state.",
      load: () => require("./siem/connection/command") as typeof import("./siem/connection/command"),
    },
    token: {
      description: descriptions.token,
      load: () => require("./siem/token") as typeof import("./siem/token"),
    },
    "siem-config": {
      description: descriptions["siem-config"],
      load: () => require("./siem/siemConfig") as typeof import("./siem/siemConfig"),
    },
    alerts: {
      description: descriptions.alerts,
      load: () => require("./siem/alerts") as typeof import("./siem/alerts"),
    },
    incidents: {
      description: descriptions.incidents,
      load: () => require("./siem/incidents") as typeof import("./siem/incidents"),
    },
    hunt: {
      description: descriptions.hunt,
      load: () => require("./siem/hunt") as typeof import("./siem/hunt"),
    },
  },
  "This machine": {
    completion: {
      description: "Print a script with which bash, zsh, fish or PowerShell completes commands, options and stacks.",
      load: () => {
        const { define } = require("./base/completion/command") as typeof import("./base/completion/command");
        return { define: (command, session) => define(command, session, () => programFor(subcommandNames, session)) };
      },
    },
    engine: {
      description: "Install the Pulumi engine on this machine, once, and print where it is.",
      load: () => require("./sandbox/engine/command") as typeof import("./sandbox/engine/command"),
    },
    sandbox: {
      description: "Use an emulated Microsoft cloud on this machine instead of a real customer's tenant.",
      load: () => require("./sandbox/sandbox/command") as typeof import("./sandbox/sandbox/command"),
    },
  },
};

const subcommands = Object.fromEntries(
  Object.entries(groups).flatMap(([group, all]) =>
    Object.entries(all).map(([name, subcommand]): [string, Subcommand] => [name, { group, ...subcommand }]),
  ),
);

export const subcommandNames = Object.keys(subcommands);

/**
 * The command for a command line. A subcommand that the line does not name has only its name and
 * description.
 */
export function programFor(commandLine: readonly string[], session: Session): Command {
  return lazyProgram(
    {
      name: "npx mssp",
      description:
        "Grants a managed security service provider (MSSP) access to its customers' Microsoft Defender, and shows what is granted.",
      subcommands,
    },
    commandLine,
    session,
  );
}
