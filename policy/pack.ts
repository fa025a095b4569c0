/** The policy pack: `--policy-pack policy`. */
import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules";
import { stackSettings, type PolicySettings } from "./stackSettings";

let read: { readonly settings: PolicySettings | undefined } | undefined;

/** Read when a rule asks, and once: all stacks of a pack's process are one stack. */
function settings(): PolicySettings | undefined {
  read ??= { settings: stackSettings(process.env) };
  return read.settings;
}

new PolicyPack("defender-mssp", {
  description: "What a customer's stack may hand out.",
  enforcementLevel: "mandatory",
  policies: rules.map((rule) => rule.policy(settings)),
});
