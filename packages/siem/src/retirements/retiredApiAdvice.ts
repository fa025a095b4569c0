import { endings, endingText, dateOf, type ServiceError } from "@defender-mssp/microsoft";

/**
 * Names the retirement behind a failed call: whatever a service that is off answers, its reader has
 * to know that it has ended. Undefined for a service that has not, and cannot have.
 */
export function retiredApiAdvice({ url, message }: ServiceError, now: Date): string | undefined {
  // On the sandbox every service has the same host.
  const isLegacyApi = URL.canParse(url) && /^\/api\/alerts\/?$/i.test(new URL(url).pathname);
  const subject = { urls: [url], errors: [message], alertApis: isLegacyApi ? (["legacySiem"] as const) : [] };
  const [ending] = endings(subject, dateOf(now)).filter(({ level }) => level === "over" || level === "perhapsOver");
  return ending === undefined ? undefined : endingText({ ...ending, restsOn: ["this call"] });
}
