/** Settings of a run that nobody names. */
export const runDefaults = { tries: 3, timeout: 60, resumeWithin: 1 } as const;
