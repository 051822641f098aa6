import { useMemo } from 'react';
import { profileNameSchema } from '../../src/contract/profile.ts';
import { ConfirmScreen, confirmKeys } from '../confirm.tsx';
import { homePath } from '../home-path.ts';
import { useSurroundings } from '../kit/surroundings.tsx';
import { NamePage, nameKeys } from '../name-page.tsx';
import { own } from '../own.ts';
import type { PageOf, PageProps } from '../page.ts';
import { fitOf } from '../profiles/fit.ts';
import { type ProfileDoes, ProfilesScreen, profilesKeys } from '../profiles.tsx';
import type { ProfileRow } from '../profiles-world.ts';
import type { ProfileAsk } from '../state/profiles.ts';
import type { WizardState } from '../wizard-state.ts';
import { words } from '../words.ts';

function Profiles({ state, session, deps }: PageProps<'profiles'>) {
  const { profilesSeen: seen, complete, planned } = state;
  const { machine } = state.seen;
  const rows = useMemo(
    () =>
      (seen?.rows ?? []).map((row) => {
        const plan = ({ choices, name }: ProfileRow) =>
          session.planning.planFor({ choices, profile: name });
        const looked = complete && planned !== null;
        return { row, fit: fitOf(row, { complete: looked, machine, plan }) };
      }),
    [seen, complete, planned, machine, session],
  );
  const refused = (text: string) => session.store.do({ flow: 'way', type: 'problem', text });
  const does = (what: ProfileDoes, { name, origin, path }: ProfileRow) => {
    if (origin === 'shipped' && (what === 'rename' || what === 'delete')) {
      refused(words.profiles.notYours(name));
    } else if (what === 'default') void session.profiles.setDefault(name);
    else if (what === 'delete') {
      session.open({ at: 'profile-delete', name, path: path ?? '' });
    } else {
      const ask: ProfileAsk = what === 'import' ? { kind: what } : { kind: what, of: name };
      session.open({ at: 'profile-name', ask });
    }
  };
  return (
    <ProfilesScreen
      seen={seen}
      rows={rows}
      at={state.profileAt}
      now={deps.clock.now()}
      status={state.problem}
      onAt={(name) => session.store.do({ flow: 'profiles', type: 'at', name })}
      onRun={(row) => session.profiles.rerun(row)}
      onDo={does}
      onBack={() => session.back()}
    />
  );
}

export const profilesPage: PageOf<'profiles'> = { keys: profilesKeys, Screen: Profiles };

function ProfileName({ page, state, session }: PageProps<'profile-name'>) {
  const { ask } = page;
  const { ask: asks, questions, exportAbout, importAbout, noFile } = words.profiles;
  const { title, label, accept } = asks[ask.kind];
  const file = ask.kind === 'export' || ask.kind === 'import';
  const wrong = (text: string) => {
    if (file) return text.trim() === '' ? noFile : null;
    return wrongName(text.trim(), ask, state);
  };
  const about = (text: string) => {
    if (ask.kind === 'export') return [exportAbout];
    return ask.kind === 'import' ? [importAbout] : [own(`run --profile ${text.trim()}`)];
  };
  return (
    <NamePage
      title={title}
      question={questions[ask.kind]('of' in ask ? ask.of : '')}
      label={label}
      first={firstText(ask)}
      accept={accept}
      wrong={wrong}
      about={about}
      problem={state.problem}
      onAccept={(text) => void session.profiles.accept(ask, text)}
      onBack={() => session.back()}
    />
  );
}

function wrongName(name: string, ask: ProfileAsk, { profilesSeen }: WizardState): string | null {
  if (!profileNameSchema.safeParse(name).success) return words.save.wrong;
  // Saving a run over a profile is wanted; a copy or a new name takes no other's place.
  const taken = profilesSeen?.rows.some((row) => row.name === name && row.origin === 'own');
  return taken && ask.kind !== 'save-run' ? words.profiles.taken(name) : null;
}

function firstText(ask: ProfileAsk): string {
  switch (ask.kind) {
    case 'copy':
      return `${ask.of}-copy`;
    case 'rename':
      return ask.of;
    case 'export':
      return `${ask.of}.json`;
    case 'import':
      return '';
    case 'save-run':
      return ask.first;
    default:
      return ask satisfies never;
  }
}

export const profileNamePage: PageOf<'profile-name'> = {
  keys: nameKeys(words.keys.take),
  Screen: ProfileName,
};

function ProfileDelete({ page, session }: PageProps<'profile-delete'>) {
  const { remove } = words.profiles;
  const { home } = useSurroundings();
  return (
    <ConfirmScreen
      title={remove.title}
      sentences={[
        { text: remove.question(page.name), tone: 'strong' },
        { text: remove.file(homePath(page.path, home)) },
        { text: remove.undo, tone: 'warn' },
        { text: remove.kept },
      ]}
      yes={remove.yes}
      onYes={() => void session.profiles.delete(page.name)}
      onBack={() => session.back()}
    />
  );
}

export const profileDeletePage: PageOf<'profile-delete'> = {
  keys: confirmKeys(words.profiles.remove.yes),
  Screen: ProfileDelete,
};
