/** Characters of a message: enough to name a field and a value. What fails may hold the whole log. */
const MESSAGE_LENGTH = 1_000;

/** The message, cut off where it is longer than a person reads; logs, metrics and dead letters carry it on. */
export function shortMessage(message: string): string {
  if (message.length <= MESSAGE_LENGTH) return message;
  return `${message.slice(0, MESSAGE_LENGTH).toWellFormed()}… (${message.length} characters)`;
}
