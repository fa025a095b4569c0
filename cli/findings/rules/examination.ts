import { featureNames, type Feature } from "../../access/examination/report";
import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** What the signed-in identity and the customer's tenant lack. `up` fails, or analysts can't sign in. */
export function examination({ examination: report }: Facts): Finding[] {
  if (report === undefined) return [];
  const { identity, adminConsentUrl = "" } = report;
  const isFailed = ({ state }: Pick<Feature, "state">) => state === "failed";
  const missing = report.permissions.filter(isFailed);
  const names = missing.map(({ api, permission }) => `${api} ${permission}`).join(", ");
  const byUser = missing.map(({ permission, directoryRoles }) =>
    finding("permission", "now", {
      key: `permission ${permission}`,
      text: permission,
      next: `the user needs the directory role ${directoryRoles.join(" or ")}`,
    }),
  );
  const byApplication = finding("permission", "now", {
    level: missing.length,
    text: `The application lacks ${names}`,
    next: `add them to its API permissions; then an administrator of the customer consents here:\n${adminConsentUrl}`,
  });
  return [
    ...report.conditionalAccess.filter(isFailed).map(({ policy, policyId, reason }) =>
      finding("conditionalAccess", "now", {
        key: `conditionalAccess ${policyId}`,
        text: `Analysts could not open the Defender portal: "${policy}"`,
        next: reason,
      }),
    ),
    ...(identity.kind === "user" ? byUser : missing.length > 0 ? [byApplication] : []),
    ...report.features
      .filter(isFailed)
      .map(({ feature, reason = "" }) =>
        finding("feature", "now", { key: `feature ${feature}`, text: featureNames[feature], next: reason }),
      ),
  ];
}
