/** Text out of logs for a terminal: what would move the cursor or turn the line round is shown as a dot. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, '·');
}
