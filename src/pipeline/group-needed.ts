import type { Fix } from '../contract/diagnosis.ts';

/**
 * The engine was provided, but only for members of group docker: this person is one now, this
 * process is not. What follows has to be done by a process under the group.
 */
export class GroupNeeded extends Error {
  override name = 'GroupNeeded';
  readonly fixes: Fix[];

  constructor(fixes: Fix[]) {
    super('the engine answers members of group docker only');
    this.fixes = fixes;
  }
}
