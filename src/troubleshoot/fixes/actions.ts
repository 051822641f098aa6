import { type MirrorKind, mirrorKinds } from '../../contract/choices.ts';
import { again, withoutCache } from './again.ts';
import type { ActionId } from './applies.ts';
import { choiceChanges } from './choice-changes.ts';
import { derivedImage } from './derived-image.ts';
import { otherMirror } from './mirrors.ts';
import { fetchAgain, moveModels } from './models.ts';
import { moreMemory } from './more-memory.ts';
import { installToolkit, ownFolders, toEngine, writeCdiList } from './on-machine.ts';
import { otherAnswers } from './other-answers.ts';
import { otherPort } from './other-port.ts';
import { removal } from './removal.ts';
import type { FixAction } from './types.ts';

const mirrors = Object.fromEntries(
  mirrorKinds.map((kind) => [`mirror-${kind}`, otherMirror]),
) as Record<`mirror-${MirrorKind}`, FixAction>;

const actions: Record<ActionId, FixAction> = {
  ...mirrors,
  answers: otherAnswers,
  retry: again,
  'no-cache': withoutCache,
  clean: removal,
  'prune-build-cache': removal,
  'next-free-port': otherPort,
  'memory-limit-more': moreMemory,
  'models-pull': fetchAgain,
  'move-models': moveModels,
  'own-folders': ownFolders,
  'derive-image': derivedImage,
  'write-cdi-list': writeCdiList,
  'install-toolkit': installToolkit,
  'install-engine': toEngine,
  'start-engine': toEngine,
  'start-desktop': toEngine,
  'join-docker-group': toEngine,
};

/** What the wizard does itself, by the `applies` of a fix. */
export const fixActions: Readonly<Record<string, FixAction>> = {
  ...Object.fromEntries(Object.keys(choiceChanges).map((id) => [id, otherAnswers])),
  ...actions,
};
