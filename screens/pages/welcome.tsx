import type { PageOf, PageProps } from '../page.ts';
import type { WelcomeItem } from '../welcome/items.ts';
import { ourContainer, rehearsalContainer } from '../welcome/standing.ts';
import { WelcomeScreen, welcomeKeys } from '../welcome.tsx';

function Welcome({ state, session, deps }: PageProps<'welcome'>) {
  const { wizard } = session;
  if (!wizard) return null;
  const { sight, version } = wizard;
  const { last } = sight;
  const lastAsked = { choices: last?.choices ?? {}, profile: last?.profile ?? null };
  const { planning } = session;
  const does: Record<WelcomeItem, () => void> = {
    'set-up': () => void planning.begin({ choices: {}, profile: null }),
    rehearse: () =>
      void wizard
        .rehearsal()
        .then((asked) => planning.begin(asked))
        .catch((error: unknown) => session.store.problem(error)),
    'go-on': () => void planning.begin(lastAsked),
    test: () => void planning.begin(lastAsked, true),
    change: () => void planning.begin(lastAsked, true),
    watch: () => void (last && session.running.follow(last.id)),
    'start-or-open': () => {
      const container = ourContainer(state);
      if (container.state === 'stopped') void session.waking.start();
      else if (container.state === 'running' && container.url) {
        void session.waking.open(container.url);
      }
    },
    'open-rehearsal': () => {
      const container = rehearsalContainer(state);
      if (container.state === 'running' && container.url) void session.waking.open(container.url);
    },
    'stop-rehearsal': () => {
      const container = rehearsalContainer(state);
      if (container.state === 'running' && container.id) void session.waking.stop(container.id);
    },
    image: () => session.open({ at: 'image' }),
    elsewhere: () => session.open({ at: 'target' }),
    check: () => session.open({ at: 'doctor' }),
    broken: () => session.open({ at: 'troubleshoot' }),
    profiles: () => void session.profiles.open(),
    clean: () => void session.cleaning.open(),
    models: () => session.open({ at: 'by-command', about: 'models' }),
    smoke: () => session.open({ at: 'by-command', about: 'smoke' }),
  };
  return (
    <WelcomeScreen
      state={state}
      sight={sight}
      version={version}
      clock={deps.clock}
      onChoose={(item) => does[item]()}
    />
  );
}

export const welcomePage: PageOf<'welcome'> = { keys: welcomeKeys, Screen: Welcome };
