/** What to do about an error of Entra. */
import { deployerStep, type Reader } from "./reader";

/** What to do about an error of Entra; undefined if nothing is known. */
export type Advice = (message: string) => string | undefined;

/**
 * Advice on an error of Entra, by its number, about a connector. Source: Microsoft, "Microsoft Entra authentication
 * and authorization error codes".
 */
export function adviceFor(message: string, forReader: Reader = "stack"): string | undefined {
  const [, code] = /AADSTS(\d+)/.exec(message) ?? [];
  const advice = code === undefined ? undefined : adviceByCode[code];
  if (advice === undefined || typeof advice === "string") return advice;
  const { problem, step, file } = advice;
  return forReader === "file" && file !== undefined ? file : `${problem} ${deployerStep(step, forReader)}`;
}

/** What is wrong, and what whoever deploys the stack does about it. */
interface DeployersAdvice {
  readonly problem: string;
  readonly step: string;
  /** All of it for a person with the connection file alone, where that is another text. */
  readonly file?: string;
}

const adviceByCode: Readonly<Partial<Record<string, string | DeployersAdvice>>> = {
  "50011": {
    problem: "The registration lacks this redirect URI.",
    step: "restore it with `npx pulumi up --refresh`",
  },
  "53003":
    "A Conditional Access policy of the customer blocks this sign-in. Many block the device code flow: use the browser.",
  "65001": {
    problem: "The connector's permissions lack consent.",
    step: "grant it again with `npx pulumi up --refresh`",
  },
  "70008": "The code has expired (it is valid for about ten minutes). Run the command again.",
  "700024": "The federated token has expired, or this machine's clock is wrong: name a new token.",
  "700027": {
    problem:
      "The registration does not have this certificate, or it has expired. The file must match " +
      "connector.credential.certificate.",
    step: "compare them with `npx pulumi preview --refresh`",
  },
  "700211": "The issuer of the federated token differs from connector.credential.issuer.",
  "700212": "The audience of the federated token differs from connector.credential.audience.",
  "700213": "The subject of the federated token differs from connector.credential.subject.",
  "700016": {
    problem: "The tenant does not have the connector's application.",
    step: "restore it with `npx pulumi up --refresh`",
  },
  "700082": "The refresh token has expired (90 days). Sign in again without --renew.",
  "50173":
    "The sign-in was revoked: the user's password changed, or the user or the application was deleted. " +
    "Sign in again without --renew.",
  "7000215": {
    problem: "The client secret is wrong.",
    step: "use the newest one of the stack; `npx pulumi up --refresh` updates it",
    file:
      "The client secret is wrong: it is another application's, or an old one. Ask whoever runs `pulumi up` for this " +
      "customer for the newest one, and put it in its place.",
  },
  "7000229": {
    problem: "The tenant has not consented to the connector's application, or somebody took the consent back.",
    step: "restore it with `npx pulumi up --refresh`",
  },
  "7000218":
    'The registration requires its secret: the device code flow needs "Allow public client flows". Use the browser.',
  "7000222": {
    problem: "The client secret has expired.",
    step: "renew it with `npx pulumi up --refresh`, then run the command again",
    file:
      "The client secret has expired. Ask whoever runs `pulumi up` for this customer for a new one, and put it in its " +
      "place.",
  },
};
