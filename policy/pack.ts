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
 * Reads the settings when a rule asks, once: all stacks of a pack's process are one stack. Loads
 * the reader here: the engine waits for the pack before it starts the program.
 */
function settings(): PolicySettings | undefined {
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
// read. Where they can't be read, that rule says why.
setTimeout(() => {
  try {
    settings();
  } catch {
    return;
  }
}, readAfter).unref();
