import { azuread } from "../../domain/resourceTypes";
import { isMissing, knownText, problems, resourceRule, unknown, type JudgedResource } from "../rule";
import type { PolicySettings } from "../policySettings";

export const namedCredentials = resourceRule<object>({
  name: "named-credentials",
  severity: "critical",
  level: "mandatory",
  why:
    "An application has a credential of the type that the settings name, and no certificate but the one of the settings: " +
    "whoever has its key signs in as the application.",
  remedy: "Set connector.credential to this type, and connector.credential.certificate to this certificate.",
  link: "https://learn.microsoft.com/entra/identity-platform/certificate-credentials",
  parameters: {},
  types: [
    azuread("ApplicationPassword"),
    azuread("ApplicationCertificate"),
    azuread("ServicePrincipalCertificate"),
    azuread("ServicePrincipalPassword"),
  ],
  check: (resource, { settings }) => {
    if (resource.type.endsWith("Certificate")) return certificateProblems(resource, settings);
    return credentialFrom(settings)?.type === "secret" ? [] : ["the settings ask for no client secret"];
  },
});

function certificateProblems({ properties }: JudgedResource, settings: PolicySettings | undefined): readonly string[] {
  const credential = credentialFrom(settings);
  if (credential?.type !== "certificate") return ["the settings ask for no certificate"];
  const { value, encoding, type } = properties;
  const isPem = isMissing(encoding) || encoding === unknown || encoding === "pem";
  const text = knownText(value);
  return problems(
    isPem ? undefined : `its encoding is ${String(encoding)}; expected pem`,
    text === undefined || lines(text) === lines(credential.certificate)
      ? undefined
      : "its certificate is not the one of the settings",
    isMissing(type) || type === unknown || type === "AsymmetricX509Cert"
      ? undefined
      : `its type is ${String(type)}; expected AsymmetricX509Cert`,
  );
}

function credentialFrom(settings: PolicySettings | undefined) {
  const connector = settings?.connector;
  return connector?.kind === "customerApp" ? connector.credential : undefined;
}

/** A PEM text, whatever its line ends are. */
function lines(pem: string): string {
  return pem.replace(/\s+/g, "\n").trim();
}
