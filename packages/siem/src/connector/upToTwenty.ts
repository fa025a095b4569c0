import { wholeNumber } from "@defender-mssp/terminal/wholeNumber";

/** The customers that a command works on at the same time. */
export const upToTwenty = wholeNumber({ most: 20 });
