/** For a companion's clients: they find the server of a home and hold a control route. Only Node.js modules. */
export { hold } from "./server/hold";
export { latestOwner } from "./server/ownerFile";
