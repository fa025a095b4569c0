import fc from "fast-check";

/** days, rotateBeforeDays and overlapDays that the settings allow. */
export const policies = fc
  .integer({ min: 3, max: 365 })
  .chain((days) => fc.tuple(fc.constant(days), fc.integer({ min: 1, max: days - 1 })))
  .chain(([days, rotateBeforeDays]) =>
    fc.record({
      days: fc.constant(days),
      rotateBeforeDays: fc.constant(rotateBeforeDays),
      overlapDays: fc.integer({ min: 0, max: Math.min(rotateBeforeDays, days - rotateBeforeDays) }),
    }),
  );
