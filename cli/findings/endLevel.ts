/** Days before an end at which it becomes worse. */
const warnings: readonly number[] = [14, 7, 3, 1];

/** How bad an end is, from 1 on: the nearer, the worse, and worst after it. */
export function endLevel(daysLeft: number, isOver: boolean): number {
  return isOver ? warnings.length + 2 : warnings.filter((limit) => daysLeft <= limit).length + 1;
}
