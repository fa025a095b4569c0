/** The program `defender-mssp-siem`: its commands, each of which loads only when it is named. */
import type { Command } from "commander";
import { lazyProgram, type Subcommand } from "@defender-mssp/terminal/lazyProgram";
import type { Session } from "@defender-mssp/terminal/session";
import { descriptions } from "./descriptions";

const subcommands: Readonly<Record<keyof typeof descriptions | "docs", Subcommand>> = {
  alerts: {
    description: descriptions.alerts,
    load: () => require("./alerts/command") as typeof import("./alerts/command"),
  },
  incidents: {
    description: descriptions.incidents,
    load: () => require("./incidents/command") as typeof import("./incidents/command"),
  },
  hunt: { description: descriptions.hunt, load: () => require("./hunt/command") as typeof import("./hunt/command") },
  verify: {
    description: descriptions.verify,
    load: () => require("./verify/command") as typeof import("./verify/command"),
  },
  evidence: {
    description: descriptions.evidence,
    load: () => require("./signed/command") as typeof import("./signed/command"),
  },
  token: {
    description: descriptions.token,
    load: () => require("./tokens/command") as typeof import("./tokens/command"),
  },
  retirements: {
    description: descriptions.retirements,
    load: () => require("./retirements/command") as typeof import("./retirements/command"),
  },
  docs: {
    description:
      "Print where the manual and the templates are: a systemd unit, a container file, alerts of Prometheus.",
    load: () => require("./docs/command") as typeof import("./docs/command"),
  },
  "siem-config": {
    description: descriptions["siem-config"],
    load: () => require("./siemConfig/command") as typeof import("./siemConfig/command"),
  },
};

export const subcommandNames = Object.keys(subcommands);

/** The program for a command line. */
export function programFor(commandLine: readonly string[], session: Session): Command {
  return lazyProgram(
    {
      name: "npx defender-mssp-siem",
      description:
        "Reads customers' Microsoft Defender alerts, incidents and hunting results, and delivers them to a SIEM. Each " +
        "customer is a connection file, which the MSSP writes with `npx mssp connection`.",
      subcommands,
    },
    commandLine,
    session,
  );
}
