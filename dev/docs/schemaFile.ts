/** The file of a command's schema in the folder `schemas` of the package and of the site. */
export function schemaFile(command: string): string {
  return `${command.replaceAll(" ", "-")}.schema.json`;
}
