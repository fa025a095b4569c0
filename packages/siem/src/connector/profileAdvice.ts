/** What to do where a connector may not do what a command asks of it. */
import type { ServiceError } from "@defender-mssp/microsoft";
import type { ConnectorSource } from "./connectorSource";
import { adviceFor } from "./entraAdvice";
import { deployerStep, type Reader } from "./reader";

/** What a command needs, with Graph's permission and the setting that grants it. */
const needs = {
  incidents: {
    permission: "SecurityIncident.Read.All",
    setting: "connector.incidents: true, or connector.profile: hunt",
  },
  hunt: { permission: "ThreatHunting.Read.All", setting: "connector.profile: hunt" },
  triage: {
    permission: "SecurityIncident.ReadWrite.All",
    setting: "connector.profile: triage, with connector.approvedBy and connector.writesEndOn",
  },
} as const;

/** A sentence for a refusal; undefined for other errors. */
export function adviceOnProfile(
  { serviceCode, status }: ServiceError,
  need: keyof typeof needs,
  { program }: Pick<ConnectorSource, "program">,
  forReader: Reader,
): string | undefined {
  const advice = adviceFor(serviceCode, forReader);
  if (advice !== undefined) return advice;
  if (status === 401) return `\`${program} verify\` shows what the connector lacks: consent, or its credential.`;
  if (status !== 403) return undefined;
  const { permission, setting } = needs[need];
  const step = deployerStep(`set ${setting}${forReader === "file" ? "" : ", and run `npx pulumi up`"}`, forReader);
  return `The connector needs ${permission} with consent. ${step} A token can lack a new permission for an hour.`;
}
