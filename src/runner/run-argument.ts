/** Hidden first argument that makes the program the run's own process. */
export const RUN_PROCESS_ARGUMENT = '__run';
