/** A host that can't be reached has to be noticed soon: there is another way. In milliseconds. */
export const answerMilliseconds = 4_000;

/** A download that has begun may be slow, but must not stand still. In milliseconds. */
export const stallMilliseconds = 30_000;
