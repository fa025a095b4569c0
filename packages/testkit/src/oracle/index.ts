/** Who of one tenant can do what in another: the judge of what the commands say. */
export * from "./chain";
export { chainsOf } from "./chains";
export { addressesOf, isAddressOf, principalsOf, type OracleTenants } from "./principals";
