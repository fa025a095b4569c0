/** The program `defender-mssp-siem`: its commands, each of which loads only when it is named. */
import type { Command } from "commander";
import { lazyProgram, type Subcommand } from "@defender-mssp/terminal/lazyProgram";
import type { Session } from "@defender-mssp/terminal/session";
import { descriptions } from "./descriptions";

const loads = {
  alerts: () => require("./alerts/command") as typeof import("./alerts/command"),
  incidents: () => require("./incidents/command") as typeof import("./incidents/command"),
  hunt: () => require("./hunt/command") as typeof import("./hunt/command"),
  verify: () => require("./verify/command") as typeof import("./verify/command"),
  evidence: () => require("./signed/command") as typeof import("./signed/command"),
  token: () => require("./tokens/command") as typeof import("./tokens/command"),
  retirements: () => require("./retirements/command") as typeof import("./retirements/command"),
  docs: () => require("./docs/command") as typeof import("./docs/command"),
  "siem-config": () => require("./siemConfig/command") as typeof import("./siemConfig/command"),
} satisfies Readonly<Record<keyof typeof descriptions | "docs", Subcommand["load"]>>;

const shown = {
  ...descriptions,
  docs: "Print where the manual and the templates are: a systemd unit, a container file, alerts of Prometheus.",
};

const subcommands: Readonly<Record<string, Subcommand>> = Object.fromEntries(
  Object.entries(loads).map(([name, load]) => [name, { description: shown[name as keyof typeof shown], load }]),
);

export const subcommandNames = Object.keys(subcommands);

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
