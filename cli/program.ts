/** The `mssp` command: its subcommands, each of which loads what it needs only when it runs. */
import { Command } from "commander";
import { registerAdopt } from "./adopt/command";
import { registerAlerts } from "./alerts/command";
import { registerConnection } from "./connection/command";
import { registerDoctor } from "./doctor/command";
import { registerCi } from "./ci/command";
import { registerEngine } from "./engine/command";
import { registerEvidence } from "./evidence/command";
import { registerFleet } from "./fleet/command";
import { registerGovernance } from "./governance/command";
import { registerHunt } from "./hunt/command";
import { registerIncidents } from "./incidents/command";
import { registerInit } from "./init/command";
import { registerNew } from "./new/command";
import { registerOffboard } from "./offboard/command";
import { registerOnboard } from "./onboard/command";
import { registerPermissions } from "./permissions/command";
import { registerReport } from "./report/command";
import { registerSandbox } from "./sandbox/command";
import { registerSecrets } from "./secrets/command";
import { registerSiemConfig } from "./siemConfig/command";
import { registerStart } from "./start/command";
import { registerToken } from "./tokens/command";
import { registerVerify } from "./verify/command";

export const program = new Command("npx mssp")
  .description(
    "Grants a managed security service provider (MSSP) access to its customers' Microsoft Defender, and shows what is granted.",
  )
  .enablePositionalOptions();

registerInit(program);
registerStart(program);
registerEngine(program);
registerNew(program);
registerAdopt(program);
registerPermissions(program);
registerDoctor(program);
registerSandbox(program);
registerConnection(program);
registerToken(program);
registerSiemConfig(program);
registerVerify(program);
registerOnboard(program);
registerGovernance(program);
registerReport(program);
registerOffboard(program);
registerAlerts(program);
registerIncidents(program);
registerHunt(program);
registerEvidence(program);
registerSecrets(program);
registerFleet(program);
registerCi(program);
