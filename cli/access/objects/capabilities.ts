/** What Defender's actions let a person do, in the words of a hand-out. */
import { effectiveActions } from "@defender-mssp/microsoft";

export const capabilities = [
  "seeAlerts",
  "manageAlerts",
  "respond",
  "liveResponse",
  "vulnerabilities",
  "mail",
  "settings",
] as const;

/** A thing that somebody may or may not do in Defender. */
export type Capability = (typeof capabilities)[number];

/**
 * One action of each capability is enough to have it. The first ones are those of the tiers
 * (packages/microsoft, `tiers.ts`); of e-mail and settings Microsoft publishes groups of actions.
 */
const probes: Readonly<Record<Capability, readonly string[]>> = {
  seeAlerts: ["microsoft.xdr/secops/securitydata/basics/read"],
  manageAlerts: ["microsoft.xdr/secops/securitydata/alerts/manage"],
  respond: ["microsoft.xdr/secops/securitydata/response/manage"],
  liveResponse: [
    "microsoft.xdr/secops/securitydata/filecollection/manage",
    "microsoft.xdr/secops/securitydata/liveresponse-advanced/manage",
    "microsoft.xdr/secops/securitydata/liveresponse-basic/manage",
  ],
  vulnerabilities: [
    "microsoft.xdr/securityposture/posturemanagement/vulnerabilities/read",
    "microsoft.xdr/securityposture/posturemanagement/applicationhandling/manage",
    "microsoft.xdr/securityposture/posturemanagement/baselineassessmentprofiles/manage",
    "microsoft.xdr/securityposture/posturemanagement/exceptionhandling/manage",
  ],
  mail: [
    "microsoft.xdr/secops/rawdata/emailcontent/read",
    "microsoft.xdr/secops/securitydata/emailquarantine/manage",
    "microsoft.xdr/secops/securitydata/emailadvancedactions/manage",
  ],
  settings: ["microsoft.xdr/configuration/settings/manage"],
};

/** Parts of actions that belong to a capability, whatever follows them. */
const parts: Readonly<Partial<Record<Capability, RegExp>>> = {
  mail: /\/(rawdata|emailquarantine|emailadvancedactions)\//,
  settings: /^microsoft\.xdr\/configuration\//,
  vulnerabilities: /^microsoft\.xdr\/securityposture\//,
};

/** The capabilities that these actions give, in the order of `capabilities`. */
export function actionCapabilities(actions: readonly string[]): readonly Capability[] {
  const granted = effectiveActions(actions);
  const gives = (capability: Capability): boolean =>
    granted.some((action) => parts[capability]?.test(action) === true) ||
    probes[capability].some(
      (probe) => granted.includes(probe) || !effectiveActions([...granted, probe]).includes(probe),
    );
  return capabilities.filter(gives);
}
