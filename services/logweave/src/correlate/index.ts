export { correlateCommand } from './correlate-command.ts';
