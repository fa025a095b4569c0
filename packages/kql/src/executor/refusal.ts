/** A value that an operator or function can't take. The call or operator around it becomes an UnsupportedQuery with its place. */
export class Refusal extends Error {}
