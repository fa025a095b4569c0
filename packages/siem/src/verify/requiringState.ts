import { notChecked, type Check } from "./check";

/** The checks that a connection file does not suffice for. */
export const requiringState: readonly Check[] = [
  notChecked("consent", "not checked: requires the identity that runs `pulumi up`; use --stack"),
  notChecked("redirect URI", "not checked: requires the identity that runs `pulumi up`; use --stack"),
  notChecked("notification rules", "not checked: requires the stack's state; use --stack"),
  notChecked("additions", "not checked: requires the stack's state; use --stack"),
];

/** Whether a check was left to somebody with the stack. */
export function isRequiringState(check: Check): boolean {
  return requiringState.includes(check);
}
