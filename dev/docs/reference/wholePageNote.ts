/**
 * Says where a page is whole that the checkout has as a list.
 * @param topic name of the page for `npx mssp docs`.
 * @param content what the whole page has.
 */
export function wholePageNote(topic: string, content: string): string {
  return (
    `This is the list. The documentation's site and the package have ${content}: \`npx mssp docs ${topic}\`. ` +
    `In a checkout, \`npm run docs\` writes that page to \`dist/docs/reference/${topic}.md\`.`
  );
}
