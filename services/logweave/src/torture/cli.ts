/**
 * `npm run torture`: kills one `logweave up` on the embedded engines again and again (main.ts). With `--minutes N` it
 * tortures correlators on Kafka for so long instead (kafka-main.ts).
 */
if (process.argv.some((argument) => argument.startsWith('--minutes'))) await import('./kafka-main.ts');
else await import('./main.ts');
