/** The English texts of an off-boarding's certificate. */
export const certificate = {
  proven: "{mssp} has no access to {customer} by any way that was looked at",
  toConfirm: "Apart from what is left for you, no access of {mssp} to {customer} was found",
  accessLeft: "{mssp} still has access to {customer}",
  ofKnown: ", of the applications that we could tell from yours",
  readers: "Is one of these {mssp}'s?",
  readersIntro:
    "These applications of your tenant may read alerts, incidents or the data of advanced hunting. Nothing shows whose they are, not even their names. If one is {mssp}'s, delete it under Enterprise applications.",
  notOurs: "{mssp} states that it is not its own",
  mail: "The attached page says what was looked at and what was removed, what is left for you, and how you check it without {mssp}.",
  left: "Left for you",
  removed: "What was removed",
  removedOn: "Removed on (UTC)",
  stays: "What stays, and why",
  logs: "Nobody can delete entries in the logs of Microsoft Entra and Microsoft Purview: they end with your licence's retention.",
  rules: "The service's lists can show a deleted detection rule for some hours.",
  agreed: "Looks in a row that show it: {agreed}, the last on {last} UTC.",
  later: "They are too few: ask {mssp} for a page made after {later} UTC.",
  consentEnded:
    "On {ended} UTC Entra refused the sign-in of the application of {mssp} that looked: it is no longer in your tenant. Between {last} UTC and then nobody looked.",
  byPerson: "A signed-in person looked.",
  byReader: "The application of {mssp} that looked can change nothing.",
  byWriter: "The application of {mssp} that looked can change your tenant.",
  writable:
    "Until {until} UTC a token of a deleted application could still change your tenant: {writers}. Changes by it in the audit log since the removal (? where it could not be read): {entries}.",
  looked: "What was looked at",
  cli: "With the Azure CLI",
  evidence: "Evidence of what {mssp} did",
  automation: "It removed the access, and can create access again until you delete it, as the last step.",
  gives: "It is still in your tenant, or gives access.",
  confirm: "{mssp} could not tell whether this gives access: look yourself.",
  noAccess: "No access by it was found.",
  provenByCustomer:
    "Proven by the customer: her own page, signed with the key that she named on {on}, in step {step}. Compare its digest {digest} with the one that you hold:",
  customerSays:
    "The customer's own page, signed with the key that she named on {on}, in step {step}, digest {digest}, says “{state}”:",
  saidToBe: "A page that is said to be the customer's. It proves nothing:",
  words: "In the program's words",
};
