/** Hidden first argument: prints what the words after it could go on with. */
export const COMPLETE_ARGUMENT = '__complete';
