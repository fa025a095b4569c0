/** The MSSP's applications that a customer's administrator consents to, as far as they are known. */
import { VisibleError, withoutUndefined } from "@defender-mssp/errors";
import type { MsspApplication, Settings } from "../../../settings";

/** Application IDs of the command line. */
export interface ApplicationIds {
  readonly automation?: string;
  readonly preview?: string;
}

export interface KnownApplications {
  readonly automation?: MsspApplication;
  readonly keeper?: MsspApplication;
  readonly preview?: MsspApplication;
}

/** By the command line, else by the settings. */
export function knownApplications(
  { msspApplications }: Partial<Pick<Settings, "msspApplications">>,
  ids: ApplicationIds,
): KnownApplications {
  const known = (use: "automation" | "preview"): MsspApplication | undefined => {
    const set = msspApplications?.[use];
    const id = ids[use]?.toLowerCase();
    return id === undefined || id === set?.id ? set : { id };
  };
  const [automation, preview] = [known("automation"), known("preview")];
  return withoutUndefined({ automation, keeper: msspApplications?.keeper, preview });
}

/** The error of a text for the customer that can't name the automation application. */
export function missingAutomation(stack: string): VisibleError {
  return new VisibleError(
    `The application ID of the automation is not known: without it, the administrator of stack "${stack}" can neither consent nor ` +
      "delete the application. Set msspApplications in the stack's settings, such as " +
      "{ automation: { id: 11111111-0000-4000-8000-000000000001, name: MSSP automation } }, or add --client-id <ID> (in a sandbox's shell: $ARM_CLIENT_ID).",
  );
}
