const tagForm = /^[A-Za-z][A-Za-z0-9_.-]{0,49}=[A-Za-z0-9_.-]{1,100}$/;

/**
 * Whether a text is a tag, such as `tier=gold`. A module of its own, which loads nothing: `mssp
 * --help` needs it.
 */
export function isTag(tag: string): boolean {
  return tagForm.test(tag);
}
