/** The policy pack: `--policy-pack policy`. */
import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules";
import type { PolicySettings } from "./policySettings";

/**
 * When the settings are read at the latest, in milliseconds: the pack takes less until it has told
 * its port.
 */
const readAfter = 100;

let read: { readonly settings: PolicySettings | undefined } | undefined;

/**
 * Read when a rule asks, and once: all stacks of a pack's process are one stack. What reads them is
 * loaded here, by `require`, which esbuild understands for a TypeScript file: the engine waits for
 * the pack before it starts the program.
 */
function settings(): PolicySettings | undefined {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { policySettings } = require("./policySettings") as typeof import("./policySettings");
  read ??= { settings: policySettings(process.env) };
  return read.settings;
}

new PolicyPack("defender-mssp", {
  description: "What a customer's stack may hand out.",
  enforcementLevel: "mandatory",
  policies: rules.map((rule) => rule.policy(settings)),
});

// The pack serves by now, and the program is being started: the first rule that asks finds them
// read.
setTimeout(settings, readAfter).unref();
