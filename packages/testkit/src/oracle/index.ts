/** Who of one tenant can do what in another: the judge of what the commands say. */
export * from "./chain";
export { findChains } from "./chains";
export { isMsspAddress, msspPrincipals, userAddresses, type OracleTenants } from "./principals";
