/** The span in days, unless somebody asks for another. */
export const usualHealth = { since: 30 } as const;

export const needTexts = { noisy: "noisy", silent: "silent", onlyFalsePositives: "only false positives" } as const;
