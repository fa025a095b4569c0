/** For the help of commands that show what ends. */
export const endingMarks = "✗ ended, ! ends within 90 days or may have ended, · later or without a date";
