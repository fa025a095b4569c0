/** Alerts a day above which a rule is noisy, and the span in days, unless somebody asks for others. */
export const usualHealth = { noisy: 10, since: 30 } as const;

export const needTexts = { noisy: "noisy", silent: "silent", onlyFalsePositives: "only false positives" } as const;
