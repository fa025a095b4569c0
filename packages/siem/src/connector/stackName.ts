/**
 * What Pulumi allows as the name of a stack, and nothing else: so a name can go into a shell word,
 * a workflow's matrix, a file path and a logging command as it is. A name that begins with "-"
 * would be taken for an option, one of dots only for a folder.
 */
const stackName = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;

export function isStackName(name: string): boolean {
  return stackName.test(name);
}
