/** An off-boarded customer: what says so, and how the refusal of a further `up` reads. */

/** When, and by whom, a customer was off-boarded. `npx mssp offboard` writes it into the settings. */
export interface Offboarded {
  /** Calendar day, ISO 8601, UTC. */
  readonly on: string;
  readonly by?: string;
}

/** The stack tag that says the same as the settings. Its value is the day. */
export const offboardedTag = "defender-mssp:offboarded";

export interface OffboardedStack {
  readonly customerName: string;
  /** Name of the stack, without organization and project. */
  readonly stack: string;
  /** The settings file that names the off-boarding, for the person who reads the message. */
  readonly file?: string;
}

const nothingGranted = ": nothing is granted. To onboard the customer again, ";

/** Whether an error's text is `offboardedMessage`: running again is no remedy. */
export function isOffboardedRefusal(text: string): boolean {
  return text.includes(nothingGranted);
}

/** Why nothing is granted, and the way back. */
export function offboardedMessage({ customerName, stack, file }: OffboardedStack, { on, by }: Offboarded): string {
  const setting = file === undefined ? "" : `remove "offboarded" from ${file}, and `;
  return (
    `${customerName} was off-boarded on ${on}${by === undefined ? "" : ` by ${by}`}${nothingGranted}` +
    `${setting}run \`npx pulumi stack tag rm ${offboardedTag} --stack ${stack}\`.`
  );
}
