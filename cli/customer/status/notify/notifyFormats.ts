/** What a webhook takes. */
export const notifyFormats = ["teams", "slack", "json"] as const;
export type NotifyFormat = (typeof notifyFormats)[number];
