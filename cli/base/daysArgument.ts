import { wholeNumber } from "@defender-mssp/terminal/wholeNumber";

export const daysArgument = wholeNumber({ most: 9999, unit: "days" });
